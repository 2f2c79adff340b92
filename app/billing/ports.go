package billing

import (
	"context"
	"iter"
	"time"

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
	// Refused tells that the card did not pay, why, and what to do.
	Refused(ctx context.Context, to Payer, i Invoice, r Refusal) error
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

// Provider collects money by cards that it keeps and we never see. Its answers are the
// truth about a payment; what it reports is only a hint to ask. Every call that makes
// something or moves money carries a key of our ledger, so that doing it again does
// nothing.
type Provider interface {
	// Name stands on payments as their method.
	Name() string

	// Customer makes an account known; the same key is the same customer.
	Customer(ctx context.Context, key string, accountID id.ID) (customer string, err error)
	// Describe tells who the customer is: name, address, tax number.
	Describe(ctx context.Context, customer string, d Details) error
	// Forget removes a customer with the cards.
	Forget(ctx context.Context, customer string) error

	// KeepPage is where a card is entered and kept; Kept is what came of it.
	KeepPage(ctx context.Context, key, customer, currency, back string) (url string, err error)
	Kept(ctx context.Context, session string) (Kept, error)
	// Prefer makes a card the one that pays.
	Prefer(ctx context.Context, customer, method string) error
	// ManagePage is where cards are replaced and removed.
	ManagePage(ctx context.Context, customer, back string) (url string, err error)
	// Card is the one that pays.
	Card(ctx context.Context, customer string) (Card, error)

	// Charge asks the kept card. Whether it paid is what Settlement says.
	Charge(ctx context.Context, o Order) (reference string, err error)
	// PayPage is where an order is paid by who is present.
	PayPage(ctx context.Context, o Order, back string) (session, url string, err error)
	// Settlement is what became of a charge; false when the provider knows none.
	Settlement(ctx context.Context, l Lookup) (Settlement, bool, error)
	// Refund gives money of a payment back.
	Refund(ctx context.Context, refundID id.ID, payment string, amount Money, currency string) (reference string, err error)

	// Event is what a signed report hints at; an error that Is ErrForged when it is not
	// the provider's.
	Event(body []byte, signature string) (Event, error)
	// All is every payment of ours since a time.
	All(ctx context.Context, since time.Time) iter.Seq2[Settlement, error]
}
