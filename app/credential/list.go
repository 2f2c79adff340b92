package credential

import (
	"context"
	"errors"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// List returns the account's credentials: the live ones by name, then the revoked
// ones, newest first.
func (s *Service) List(ctx context.Context, scope account.Scope) ([]Credential, error) {
	live, revoked, err := s.rows(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("credential: list: %w", err)
	}
	return credentials(append(live, revoked...))
}

// Get returns one credential of the account.
func (s *Service) Get(ctx context.Context, scope account.Scope, credentialID id.ID) (Credential, error) {
	r, err := s.row(ctx, scope, credentialID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Credential{}, notFound()
	case err != nil:
		return Credential{}, fmt.Errorf("credential: get: %w", err)
	}
	return r.credential()
}

func notFound() error { return fault.New(fault.NotFound, "There is no such credential.") }
