package automation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Details knows the account's time zone.
type Details interface {
	Details(ctx context.Context, scope account.Scope) (account.Details, error)
}

// Deps is what the service works with.
type Deps struct {
	Store     *store.Store
	Accounts  Details
	Campaigns *broadcast.Service // of the steps
	Contacts  broadcast.Audience // what is known of contacts: the customer's own campaigns' answer
	ScopeOf   func(accountID id.ID) account.Scope
	Log       *slog.Logger
}

// Service keeps automations and moves people along. It implements broadcast.Audience for
// their campaigns. Safe for concurrent use.
type Service struct {
	Deps
	audit *audit.Log
}

// New returns a service.
func New(d Deps) *Service { return &Service{Deps: d, audit: audit.New(d.Store)} }

var _ broadcast.Audience = (*Service)(nil)

// Freeze implements broadcast.Audience: a step begins with nobody; people are appended.
func (s *Service) Freeze(context.Context, broadcast.Campaign, broadcast.Slice) (string, error) {
	return "", nil
}

const (
	noAutomation = "There is no such automation."
	noStep       = "There is no such step."
)

// translate gives errors of the store the words of this package.
func translate(step, absent string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.Wrap(fault.NotFound, absent, err)
	case !fault.Is(err, fault.Internal):
		return err
	}
	return fmt.Errorf("automation: %s: %w", step, err)
}
