package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

type recoveryRow struct {
	UserID    id.ID  `gorm:"primaryKey"`
	CodeHash  string `gorm:"primaryKey"`
	CreatedAt time.Time
	UsedAt    *time.Time
}

// TableName implements gorm's Tabler.
func (recoveryRow) TableName() string { return "recovery_codes" }

func (s *Service) insertRecovery(ctx context.Context, rows []recoveryRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&rows).Error })
}

func (s *Service) listRecovery(ctx context.Context, userID id.ID) (rows []recoveryRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where("user_id = ?", userID).Find(&rows).Error })
	return rows, err
}

func (s *Service) deleteRecovery(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Where("user_id = ?", userID).Delete(&recoveryRow{}).Error })
}

// spendRecovery marks a code as used; of two at the same time one succeeds.
func (s *Service) spendRecovery(ctx context.Context, userID id.ID, hash string) (spent bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&recoveryRow{}).Where("user_id = ? AND code_hash = ? AND used_at IS NULL", userID, hash).Update("used_at", s.now())
		spent = done.RowsAffected == 1
		return done.Error
	})
	return spent, err
}
