package bounce

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// ListKept lists the newest reports that were kept for staff, without content.
func ListKept(ctx context.Context, s *store.Store, limit int) (rows []Kept, err error) {
	err = s.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Omit("content").Order("report_id DESC").Limit(limit).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("bounce: list: %w", err)
	}
	return rows, nil
}

// FindKept returns one of them.
func FindKept(ctx context.Context, s *store.Store, reportID id.ID) (k Kept, err error) {
	err = s.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Take(&k, "report_id = ?", reportID).Error })
	if err != nil {
		return k, fmt.Errorf("bounce: report %s: %w", reportID, err)
	}
	return k, nil
}
