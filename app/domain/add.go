package domain

import (
	"context"
	"errors"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// MaxDomains is how many domains an account may have.
const MaxDomains = 100

// ExistsError is in the chain of the Conflict that Add returns for a domain that
// the account has already.
type ExistsError struct{ DomainID id.ID }

// Error implements error.
func (e *ExistsError) Error() string {
	return "domain: the account has it already: " + string(e.DomainID)
}

// Add makes a domain in state pending, with two DKIM keys. What other accounts have
// makes no difference here: only a proof in DNS decides between them (M-08).
func (s *Service) Add(ctx context.Context, scope account.Scope, typed string) (Domain, error) {
	name, err := s.parseName(typed)
	if err != nil {
		return Domain{}, err
	}
	if err := s.roomFor(ctx, scope, name); err != nil {
		return Domain{}, err
	}
	now := s.store.Now()
	r := row{
		DomainID: id.New(), Name: name, State: Pending, Reason: "Publish the required records below. We look every minute at first.",
		ReturnPath: returnPathLabel + "." + name, TrackingHost: trackingLabel + "." + name,
		NextCheckAt: now, CreatedBy: scope.Actor().ID, CreatedAt: now,
	}
	keys, err := s.newKeyPair(ctx, scope.AccountID(), r.DomainID)
	if err != nil {
		return Domain{}, err
	}
	err = s.create(ctx, scope, &r, keys)
	if errors.Is(err, store.ErrDuplicate) {
		return Domain{}, s.exists(ctx, scope, name)
	}
	if err != nil {
		return Domain{}, fmt.Errorf("domain: add: %w", err)
	}
	return r.domain(), nil
}

// roomFor refuses before the expensive keys are made.
func (s *Service) roomFor(ctx context.Context, scope account.Scope, name string) error {
	if err := s.exists(ctx, scope, name); err != nil {
		return err
	}
	have, err := s.count(ctx, scope)
	switch {
	case err != nil:
		return fmt.Errorf("domain: add: %w", err)
	case have >= MaxDomains:
		return fault.Newf(fault.Limited, "An account can have %d domains. Delete one that is no longer used.", MaxDomains)
	}
	return account.Room(ctx, s.plan, scope, account.Domains, have, 1)
}

// exists returns the Conflict if the account has the name, else nil.
func (s *Service) exists(ctx context.Context, scope account.Scope, name string) error {
	r, err := s.rowNamed(ctx, scope, name)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return fmt.Errorf("domain: add: %w", err)
	}
	text := unicodeName(name) + " is in this account already."
	conflict := fault.Wrap(fault.Conflict, text, &ExistsError{DomainID: r.DomainID})
	conflict.Fields = map[string]string{"domain": text}
	return conflict
}
