package departure

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/message"
)

// Hold is the Holder on the archive of messages.
func Hold(a *message.Archive) Holder { return holder{a} }

type holder struct{ archive *message.Archive }

// HoldSome implements Holder.
func (h holder) HoldSome(ctx context.Context, scope account.Scope) (bool, error) {
	done, err := h.archive.Operate(ctx, scope, message.Hold, message.Filter{})
	return done.More, err
}

// holdSome holds a part of what waits in a closed account. Nothing of it is tried anyway:
// the engine asks whether an account works right before each attempt.
func (s *Service) holdSome(ctx context.Context, scope account.Scope) error {
	more, err := s.Holder.HoldSome(ctx, scope)
	if err != nil || more {
		return err
	}
	return s.noteHeld(ctx, scope)
}
