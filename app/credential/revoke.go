package credential

import (
	"context"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Revoke ends a credential: at once in this process, within [Staleness] in others.
// Revoking it again changes nothing and is no error.
func (s *Service) Revoke(ctx context.Context, scope account.Scope, credentialID id.ID) error {
	changed, err := s.markRevoked(ctx, scope, credentialID)
	if err != nil {
		return fmt.Errorf("credential: revoke: %w", err)
	}
	if !changed {
		_, err = s.Get(ctx, scope, credentialID)
	}
	return err
}

func (s *Service) forget(k key) {
	s.valid.Forget(k)
	s.bySecret.ForgetIf(func(_ string, h holder) bool { return h.key() == k })
}
