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

// Holder stops what waits to be sent.
type Holder interface {
	HoldAll(ctx context.Context, scope account.Scope) error
}
