package identity

import (
	"context"
	"net/netip"

	"smtpserver/app/id"
)

// Greeter hears of each new account, in the transaction that makes it.
type Greeter interface {
	Greet(ctx context.Context, accountID id.ID, person, email, account string, from netip.Addr) error
}

// Recipient is the person a system mail goes to.
type Recipient struct{ Name, Email string }

// Notifier writes system mails to users. Its implementation must store the mail in
// the transaction that ctx carries, so that a mail exists exactly when the step it
// tells about was committed. Links are built from the tokens by the implementation.
type Notifier interface {
	ConfirmEmail(ctx context.Context, to Recipient, token string) error
	AlreadyRegistered(ctx context.Context, to Recipient) error
	ResetPassword(ctx context.Context, to Recipient, token string) error
	PasswordChanged(ctx context.Context, to Recipient) error
	Security(ctx context.Context, to Recipient, n Notice) error
	// ChangeEmail asks one side of a change of address to confirm it; old is the side
	// that has the address now.
	ChangeEmail(ctx context.Context, to Recipient, old bool, token string) error
	// EmailChanged tells both sides that it is done.
	EmailChanged(ctx context.Context, to Recipient) error
}
