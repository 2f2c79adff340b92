package identity

import (
	"context"
	"time"

	"smtpserver/app/id"
)

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
}

// Event is something that a person did to how they sign in.
type Event struct {
	UserID id.ID
	Action string // signed_in, authenticator_added, identity_linked …
	Detail string // a provider's or passkey's name; never a secret
	Client Client
	At     time.Time
}

// Recorder keeps events for the audit, in the transaction that ctx carries.
type Recorder interface {
	RecordSignIn(ctx context.Context, e Event) error
}

// record hands an event to the recorder, when there is one.
func (s *Service) record(ctx context.Context, userID id.ID, c Client, action, detail string) error {
	if s.Recorder == nil {
		return nil
	}
	return s.Recorder.RecordSignIn(ctx, Event{UserID: userID, Action: action, Detail: detail, Client: c, At: s.now()})
}
