package credential

import (
	"context"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// Pause stops a credential until it is resumed: nobody signs in with it, open sessions
// end and what it has queued is held, within 5 s everywhere. Revoking leaves queued mail
// alone, because secrets are renewed while mail waits.
func (s *Service) Pause(ctx context.Context, scope account.Scope, credentialID id.ID) error {
	return s.setPaused(ctx, scope, credentialID, true)
}

// Resume lets a paused credential work again. What was held meanwhile is released by
// people, who may not want it any more.
func (s *Service) Resume(ctx context.Context, scope account.Scope, credentialID id.ID) error {
	return s.setPaused(ctx, scope, credentialID, false)
}

// setPaused changes nothing, and is no error, when it is so already.
func (s *Service) setPaused(ctx context.Context, scope account.Scope, credentialID id.ID, paused bool) error {
	changed, err := s.markPaused(ctx, scope, credentialID, paused)
	if err != nil {
		return fmt.Errorf("credential: pause: %w", err)
	}
	if !changed {
		_, err = s.Get(ctx, scope, credentialID)
	}
	return err
}
