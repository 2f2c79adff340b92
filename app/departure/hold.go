package departure

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/message"
)

// Hold is the Holder on the archive of messages.
func Hold(a *message.Archive) Holder { return holder{a} }

type holder struct{ archive *message.Archive }

// holdRounds bounds the work of one request; credentials are refused meanwhile.
const holdRounds = 100

// HoldAll implements Holder.
func (h holder) HoldAll(ctx context.Context, scope account.Scope) error {
	for range holdRounds {
		done, err := h.archive.Operate(ctx, scope, message.Hold, message.Filter{})
		if err != nil || !done.More {
			return err
		}
	}
	return nil
}
