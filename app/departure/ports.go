package departure

import (
	"context"
	"io"
	"time"

	"smtpserver/app/account"
)

// Part is one file of an export. Each domain package adds its own.
type Part struct {
	File  string
	Write func(ctx context.Context, scope account.Scope, w io.Writer) error
}

// Notifier writes the mails about leaving. It stores them in the transaction of ctx.
type Notifier interface {
	ExportReady(ctx context.Context, to string, a account.Account, until time.Time) error
	AccountClosed(ctx context.Context, to string, a account.Account, eraseAt time.Time) error
}

// Holder holds what waits to be sent.
type Holder interface {
	// HoldSome holds for a bounded time, and reports whether more is left.
	HoldSome(ctx context.Context, scope account.Scope) (more bool, err error)
}
