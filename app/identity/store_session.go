package identity

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

func (s *Service) insertSession(ctx context.Context, r sessionRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&r).Error })
}

// takeSession returns a live session with its user.
func (s *Service) takeSession(ctx context.Context, hash string) (r sessionRow, u userRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("token_hash = ? AND expires_at > ?", hash, s.now()).Take(&r).Error; err != nil {
			return err
		}
		return tx.Where("user_id = ?", r.UserID).Take(&u).Error
	})
	return r, u, err
}

func (s *Service) updateSession(ctx context.Context, r sessionRow) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("token_hash = ?", r.TokenHash).
			Updates(map[string]any{"seen_at": r.SeenAt, "expires_at": r.ExpiresAt}).Error
	})
}

func (s *Service) listSessions(ctx context.Context, userID id.ID) (rows []sessionRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error {
		return tx.Where("user_id = ? AND expires_at > ?", userID, s.now()).Order("seen_at DESC, token_hash").Limit(100).Find(&rows).Error
	})
	return rows, err
}

func (s *Service) deleteSessions(ctx context.Context, where string, values ...any) error {
	_, err := s.deleteSessionsCounted(ctx, where, values...)
	return err
}

func (s *Service) deleteSessionsCounted(ctx context.Context, where string, values ...any) (n int64, err error) {
	err = s.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where(where, values...).Delete(&sessionRow{})
		n = gone.RowsAffected
		return gone.Error
	})
	if err != nil {
		return 0, fmt.Errorf("identity: end sessions: %w", err)
	}
	return n, nil
}

// changeSession changes columns of one live session.
func (s *Service) changeSession(ctx context.Context, hash string, values map[string]any) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("token_hash = ?", hash).Updates(values).Error
	})
}

// Sweep forgets sessions, tokens and steps that have ended, and devices not seen for long.
func (s *Service) Sweep(ctx context.Context) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		for _, ended := range []any{&sessionRow{}, &tokenRow{}, &flowRow{}, &emailChangeRow{}} {
			if err := tx.Where("expires_at <= ?", s.now()).Delete(ended).Error; err != nil {
				return err
			}
		}
		return tx.Where("seen_at <= ?", s.now().Add(-DeviceLife)).Delete(&deviceRow{}).Error
	})
	if err != nil {
		return fmt.Errorf("identity: sweep: %w", err)
	}
	return nil
}
