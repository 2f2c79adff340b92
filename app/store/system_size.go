package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Size is how many octets the database takes on its disk, its log apart.
func (s *Store) Size(ctx context.Context) (octets int64, err error) {
	query := "SELECT pg_database_size(current_database())"
	if s.engine == SQLite {
		query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
	}
	err = s.SystemRead(ctx, "see how large the database is", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(query).Scan(&octets).Error })
	if err != nil {
		return 0, fmt.Errorf("store: size: %w", err)
	}
	return octets, nil
}
