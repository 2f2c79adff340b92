package store

import (
	"context"
	"fmt"
)

// Shrink gives up to so many free pages of an embedded database back to the disk, and
// returns how many are left free. PostgreSQL looks after its own: autovacuum makes the
// room usable again.
func (s *Store) Shrink(ctx context.Context, pages int) (left int, err error) {
	if s.engine != SQLite {
		return 0, nil
	}
	db, err := s.writerDB()
	if err != nil {
		return 0, err
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", pages)); err != nil {
		return 0, fmt.Errorf("store: give free pages back: %w", err)
	}
	var mode int
	if err := db.QueryRowContext(ctx, "PRAGMA auto_vacuum").Scan(&mode); err != nil {
		return 0, fmt.Errorf("store: give free pages back: %w", err)
	}
	if mode != incremental {
		return 0, nil // a file made before: its free pages are used again, and stay
	}
	if err := db.QueryRowContext(ctx, "PRAGMA freelist_count").Scan(&left); err != nil {
		return 0, fmt.Errorf("store: count free pages: %w", err)
	}
	return left, nil
}

// incremental is the number of SQLite's auto_vacuum mode in which Shrink works.
const incremental = 2

// Checkpoint brings what an embedded database has in its log into its file.
func (s *Store) Checkpoint(ctx context.Context) error {
	if s.engine != SQLite {
		return nil
	}
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("store: checkpoint: %w", err)
	}
	return nil
}
