package person

import (
	"fmt"

	"smtpserver/app/audit"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Deps is what the service works with.
type Deps struct {
	Store     *store.Store
	Contacts  *contact.Service
	Messages  *message.Archive
	Campaigns Campaigns
	Limiter   *limit.Limiter
	Box       *secret.Box // seals what was sent
	Notifier  Notifier
}

// Service takes, passes on and answers requests. Safe for concurrent use.
type Service struct {
	Deps
	audit *audit.Log
}

// New returns a service.
func New(d Deps) *Service { return &Service{d, audit.New(d.Store)} }

func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("person: %s: %w", step, err)
	}
	return err
}
