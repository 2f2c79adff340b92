package newsletter

import (
	"errors"
	"fmt"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Deps is what the service works with.
type Deps struct {
	Store    *store.Store
	Box      *secret.Box // signs the links
	Limits   Limits
	Mailer   Mailer
	Operator id.ID // the account that mailings are sent from
}

// Service keeps subscribers, refusals and customer segments. Safe for concurrent use.
type Service struct {
	Deps
	audit *audit.Log
}

// New returns a service.
func New(d Deps) *Service { return &Service{Deps: d, audit: audit.New(d.Store)} }

// Sentences that several steps answer with.
const (
	noLink       = "This link does not work any more."
	noSubscriber = "There is no such subscriber."
	noSegment    = "There is no such customer segment."
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
	return fmt.Errorf("newsletter: %s: %w", step, err)
}
