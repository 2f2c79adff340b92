package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

type emailChangeRow struct {
	UserID    id.ID `gorm:"primaryKey"`
	OldKey    string
	NewEmail  string
	NewKey    string
	OldHash   string
	NewHash   string
	OldAt     *time.Time
	NewAt     *time.Time
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TableName implements gorm's Tabler.
func (emailChangeRow) TableName() string { return "email_changes" }

func (r emailChangeRow) change() EmailChange {
	return EmailChange{Old: r.OldKey, New: r.NewEmail, OldAt: r.OldAt, NewAt: r.NewAt, ExpiresAt: r.ExpiresAt}
}

func (s *Service) replaceEmailChange(ctx context.Context, r emailChangeRow) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ?", r.UserID).Delete(&emailChangeRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&r).Error
	})
}

func (s *Service) takeEmailChange(ctx context.Context, where string, values ...any) (r emailChangeRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		return tx.Where(where, values...).Where("expires_at > ?", s.now()).Take(&r).Error
	})
	return r, err
}

func (s *Service) noteEmailSide(ctx context.Context, userID id.ID, side string, at time.Time) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&emailChangeRow{}).Where("user_id = ?", userID).Update(side, at).Error
	})
}

func (s *Service) deleteEmailChange(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Where("user_id = ?", userID).Delete(&emailChangeRow{}).Error })
}
