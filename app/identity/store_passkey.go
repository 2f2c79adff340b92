package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type passkeyRow struct {
	PasskeyID    id.ID `gorm:"primaryKey"`
	UserID       id.ID
	CredentialID string
	Name         string
	Credential   []byte
	CreatedAt    time.Time
	UsedAt       *time.Time
}

// TableName implements gorm's Tabler.
func (passkeyRow) TableName() string { return "passkeys" }

func (s *Service) insertPasskey(ctx context.Context, r passkeyRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&r).Error })
}

func (s *Service) listPasskeys(ctx context.Context, userID id.ID) (rows []passkeyRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ?", userID).Order("created_at, passkey_id").Limit(MaxPasskeys + 1).Find(&rows).Error
	})
	return rows, err
}

func (s *Service) takePasskey(ctx context.Context, credentialID string) (r passkeyRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where("credential_id = ?", credentialID).Take(&r).Error })
	return r, err
}

func (s *Service) notePasskeyUse(ctx context.Context, passkeyID id.ID, sealed []byte) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&passkeyRow{}).Where("passkey_id = ?", passkeyID).Updates(map[string]any{"credential": sealed, "used_at": s.now()}).Error
	})
}

func (s *Service) deletePasskey(ctx context.Context, userID, passkeyID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ? AND passkey_id = ?", userID, passkeyID).Delete(&passkeyRow{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return gone.Error
	})
}
