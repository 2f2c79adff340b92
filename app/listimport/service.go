package listimport

import (
	"errors"
	"fmt"

	"smtpserver/app/audit"
	"smtpserver/app/contact"
	"smtpserver/app/fault"
	"smtpserver/app/store"
)

// Service keeps imports. Safe for concurrent use.
type Service struct {
	store    *store.Store
	contacts *contact.Service
	audit    *audit.Log
	wake     func()
}

// New returns a service. Wake tells a worker in this process that
// there is something to do; others find it within a second.
func New(s *store.Store, contacts *contact.Service, wake func()) *Service {
	if wake == nil {
		wake = func() {}
	}
	return &Service{store: s, contacts: contacts, audit: audit.New(s), wake: wake}
}

const noImport = "There is no such import."

func translate(step string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.Wrap(fault.NotFound, noImport, err)
	}
	return fmt.Errorf("listimport: %s: %w", step, err)
}

func errNotNow() error {
	return fault.New(fault.Conflict, "The import has moved on meanwhile. Reload the page to see where it stands.")
}
