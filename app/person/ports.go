package person

import (
	"context"
	"time"

	"smtpserver/app/account"
)

// Notifier writes the mails of this package. It stores them in the transaction of ctx.
type Notifier interface {
	// PersonLink brings the link by which a person proves their mailbox.
	PersonLink(ctx context.Context, to, token string) error
	// PersonAsked tells a member who may answer that a request came.
	PersonAsked(ctx context.Context, to string, a account.Account, dueAt time.Time) error
	// PersonAnswered brings a person what an account answered.
	PersonAnswered(ctx context.Context, to, sender string, until time.Time, token string) error
}

// Campaigns keeps whom an account's campaigns went to.
type Campaigns interface {
	ErasePerson(ctx context.Context, scope account.Scope, address string) error
}
