package template

import (
	"errors"
	"fmt"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/store"
)

// Service keeps the templates and images. Safe for concurrent use.
type Service struct {
	store    *store.Store
	compiler *content.Compiler
	decoding chan struct{}
}

// New returns a service.
func New(s *store.Store, compiler *content.Compiler) *Service {
	return &Service{store: s, compiler: compiler, decoding: make(chan struct{}, decodersAtOnce)}
}

const (
	noTemplate = "There is no such template."
	noVersion  = "There is no such version."
	noImage    = "There is no such image."
	sameName   = "There is a template of this name already."
)

// translate gives errors of the store the words of this package.
func translate(step, absent string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.Wrap(fault.NotFound, absent, err)
	case errors.Is(err, store.ErrDuplicate):
		return fault.Field(PartName, sameName)
	}
	return fmt.Errorf("template: %s: %w", step, err)
}
