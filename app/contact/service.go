package contact

import (
	"context"
	"errors"
	"fmt"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Service keeps the contacts. Safe for concurrent use.
type Service struct {
	store  *store.Store
	audit  *audit.Log
	counts counting
	plan   account.Plan // nil: no bounds
	most   func(context.Context, id.ID) (int64, error)
}

// SetPlan makes adding heed how many contacts the account's plan has room for; most says
// it where there is no session. Who joins by a form or a campaign's link is let in all the
// same: a consent is not thrown away. Call it before the doors open.
func (s *Service) SetPlan(p account.Plan, most func(context.Context, id.ID) (int64, error)) {
	s.plan, s.most = p, most
}

// New returns a service.
func New(s *store.Store) *Service {
	return &Service{store: s, audit: audit.New(s)}
}

// Sentences that several steps answer with.
const (
	noContact = "There is no such contact."
	noList    = "There is no such list."
	noTopic   = "There is no such topic."
	noField   = "There is no such field."
)

// translate gives errors of the store the words of this package.
func translate(step, absent string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.Wrap(fault.NotFound, absent, err)
	}
	return fmt.Errorf("contact: %s: %w", step, err)
}
