package delivery

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

func (c *Capture) insert(ctx context.Context, row *Captured) error {
	return c.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error { return tx.Create(row).Error })
}

// Captures lists the newest mails of the box, without content.
func (c *Capture) Captures(ctx context.Context, limit int) (rows []Captured, err error) {
	err = c.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Omit("content").Order("capture_id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, err
}

// Find returns one mail of the box.
func (c *Capture) Find(ctx context.Context, captureID id.ID) (row Captured, err error) {
	err = c.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&row, "capture_id = ?", captureID).Error
	})
	return row, err
}

// Trim forgets all but the newest mails.
func (c *Capture) Trim(ctx context.Context) error {
	return c.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		var oldest []id.ID
		err := tx.Model(&Captured{}).Order("capture_id DESC").Offset(keptCaptures).Limit(1).Pluck("capture_id", &oldest).Error
		if err != nil || len(oldest) == 0 {
			return err
		}
		return tx.Where("capture_id <= ?", oldest[0]).Delete(&Captured{}).Error
	})
}
