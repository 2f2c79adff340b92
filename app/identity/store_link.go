package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type linkRow struct {
	Issuer    string `gorm:"primaryKey"`
	Subject   string `gorm:"primaryKey"`
	UserID    id.ID
	Provider  string
	Email     string
	CreatedAt time.Time
	UsedAt    time.Time
}

// TableName implements gorm's Tabler.
func (linkRow) TableName() string { return "linked_identities" }

func (s *Service) takeLink(ctx context.Context, issuer, subject string) (r linkRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where("issuer = ? AND subject = ?", issuer, subject).Take(&r).Error })
	return r, err
}

func (s *Service) listLinks(ctx context.Context, userID id.ID) (rows []linkRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ?", userID).Order("created_at, provider").Find(&rows).Error
	})
	return rows, err
}

func (s *Service) insertLink(ctx context.Context, r linkRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&r).Error })
}

func (s *Service) noteLinkUse(ctx context.Context, r linkRow) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&linkRow{}).Where("issuer = ? AND subject = ?", r.Issuer, r.Subject).Update("used_at", s.now()).Error
	})
}

func (s *Service) deleteLink(ctx context.Context, userID id.ID, provider string) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ? AND provider = ?", userID, provider).Delete(&linkRow{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return gone.Error
	})
}

// lockUser reads a user and keeps others who lock it waiting until the transaction
// ends: two steps must not each take away what the other one counted on.
func (s *Service) lockUser(ctx context.Context, userID id.ID) (userRow, error) {
	err := s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&userRow{}).Where("user_id = ?", userID).Update("user_id", userID).Error
	})
	if err != nil {
		return userRow{}, err
	}
	return s.userByID(ctx, userID)
}
