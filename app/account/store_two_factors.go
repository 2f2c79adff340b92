package account

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// SetRequireTwoFactors says whether every member must sign in with two factors to
// work in the account.
func (s *Service) SetRequireTwoFactors(ctx context.Context, scope Scope, required bool) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).Where("kind <> ? AND state <> ?", Operator, Closed).
			Updates(map[string]any{"require_two_factors": required, "updated_at": s.store.Now()})
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
	if err != nil {
		return translate("require two factors", err)
	}
	return nil
}
