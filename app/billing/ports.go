package billing

import (
	"context"

	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// Mailer writes to whoever pays for an account. What it sends belongs to the transaction
// in ctx: a mail exists exactly when what it tells about was committed.
type Mailer interface {
	// Issued brings a new invoice or credit note.
	Issued(ctx context.Context, to Payer, i Invoice) error
	// Overdue tells a step; at is the day of the pause that a warning announces.
	Overdue(ctx context.Context, to Payer, i Invoice, s Step, at Date) error
	// Used tells that so much of what a period may hold is used.
	Used(ctx context.Context, to Payer, u Alert) error
	// Moved gives notice that the account's plan goes on in another version.
	Moved(ctx context.Context, to Payer, m MoveAhead) error
}

// Payer is who gets an account's bills.
type Payer struct{ Mail, Account, Slug string }

// Recorder keeps what was done and by whom.
type Recorder interface {
	Record(ctx context.Context, scope audit.Scope, e audit.Entry) error
	Staff(ctx context.Context, e audit.StaffEntry) error
}

// Staff is a person of the operator.
type Staff struct{ ID id.ID }
