package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type flowRow struct {
	TokenHash string `gorm:"primaryKey"`
	Kind      flowKind
	UserID    id.ID
	State     []byte
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TableName implements gorm's Tabler.
func (flowRow) TableName() string { return "sign_in_flows" }

// purpose binds the sealed state to its row.
func (r flowRow) purpose() string { return "sign-in flow:" + r.TokenHash }

const liveFlow = "token_hash = ? AND kind = ? AND expires_at > ?"

func (s *Service) insertFlow(ctx context.Context, r flowRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&r).Error })
}

func (s *Service) takeFlow(ctx context.Context, kind flowKind, hash string) (r flowRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where(liveFlow, hash, kind, s.now()).Take(&r).Error })
	return r, err
}

func (s *Service) deleteFlow(ctx context.Context, kind flowKind, hash string) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		gone := tx.Where(liveFlow, hash, kind, s.now()).Delete(&flowRow{})
		if gone.Error == nil && gone.RowsAffected != 1 {
			return store.ErrNotFound
		}
		return gone.Error
	})
}

// endFlowsOf forgets what the user has begun: after a new password, nobody goes on
// from the old one.
func (s *Service) endFlowsOf(ctx context.Context, userID id.ID) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Where("user_id = ?", userID).Delete(&flowRow{}).Error })
}
