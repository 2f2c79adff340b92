package submission

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/message"
)

// Allowance says whether an account may send so many recipients more in a stream now, and
// takes them from what it may.
type Allowance interface {
	Allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int) error
}

// ManyAllowance is an Allowance that tells many messages to one recipient each from one
// message to many.
type ManyAllowance interface {
	AllowMany(ctx context.Context, scope account.Scope, stream message.Stream, messages int) error
}

// Heed makes the service ask before it accepts. Call it before the doors open.
func (s *Service) Heed(a Allowance) { s.allowance = a }

func (s *Service) allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int) error {
	if s.allowance == nil {
		return nil
	}
	return s.allowance.Allow(ctx, scope, stream, recipients)
}

func (s *Service) allowMany(ctx context.Context, scope account.Scope, stream message.Stream, messages int) error {
	if many, ok := s.allowance.(ManyAllowance); ok {
		return many.AllowMany(ctx, scope, stream, messages)
	}
	return s.allow(ctx, scope, stream, messages)
}
