package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type authenticatorRow struct {
	UserID      id.ID `gorm:"primaryKey"`
	Secret      []byte
	LastStep    int64
	CreatedAt   time.Time
	ConfirmedAt *time.Time
}

// TableName implements gorm's Tabler.
func (authenticatorRow) TableName() string { return "authenticators" }

func (s *Service) takeAuthenticator(ctx context.Context, userID id.ID) (r authenticatorRow, ok bool, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where("user_id = ?", userID).Take(&r).Error })
	switch {
	case errors.Is(err, store.ErrNotFound):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("identity: find an authenticator: %w", err)
	}
	return r, true, nil
}

func (s *Service) replaceAuthenticator(ctx context.Context, r authenticatorRow) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ? AND confirmed_at IS NULL", r.UserID).Delete(&authenticatorRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&r).Error
	})
}

func (s *Service) confirmAuthenticator(ctx context.Context, userID id.ID, step int64) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&authenticatorRow{}).Where("user_id = ? AND confirmed_at IS NULL", userID).
			Updates(map[string]any{"confirmed_at": s.now(), "last_step": step})
		if done.Error == nil && done.RowsAffected != 1 {
			return store.ErrNotFound
		}
		return done.Error
	})
}

// advanceAuthenticator reports whether the step is newer than the last one. Of two
// at the same time one is: the database decides.
func (s *Service) advanceAuthenticator(ctx context.Context, userID id.ID, step int64) (newer bool, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&authenticatorRow{}).Where("user_id = ? AND last_step < ?", userID, step).Update("last_step", step)
		newer = done.RowsAffected == 1
		return done.Error
	})
	return newer, err
}

func (s *Service) deleteAuthenticator(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where("user_id = ? AND confirmed_at IS NOT NULL", userID).Delete(&authenticatorRow{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return gone.Error
	})
}

func (s *Service) markOneFactor(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("user_id = ?", userID).Update("two_factors", false).Error
	})
}

// deleteWaysIn removes all by which a user could prove who they are.
func (s *Service) deleteWaysIn(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		for _, model := range []any{&authenticatorRow{}, &recoveryRow{}, &passkeyRow{}, &linkRow{}, &tokenRow{}} {
			if err := tx.Where("user_id = ?", userID).Delete(model).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
