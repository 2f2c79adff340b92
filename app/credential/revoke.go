package credential

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Revoke ends a credential: at once in this process, within [Staleness] in others.
// Revoking it again changes nothing and is no error.
func (s *Service) Revoke(ctx context.Context, scope account.Scope, credentialID id.ID) error {
	err := s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).Where("credential_id = ? AND revoked_at IS NULL", credentialID).Update("revoked_at", s.store.Now())
		if done.Error != nil {
			return done.Error
		}
		store.AfterCommit(ctx, func() { s.forget(key{scope.AccountID(), credentialID}) })
		if done.RowsAffected == 1 {
			return nil
		}
		_, err := s.Get(ctx, scope, credentialID)
		return err
	})
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("credential: revoke: %w", err)
	}
	return err
}

func (s *Service) forget(k key) {
	s.valid.Forget(k)
	s.bySecret.ForgetIf(func(_ string, h holder) bool { return h.key() == k })
}
