package smtpd

import (
	"context"

	"smtpserver/app/bounce"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Reports is the Sender of sessions that bring bounces and complaints: no account
// stands behind it, and it takes mail only for addresses that the receiver knows.
type Reports struct{ Receiver *bounce.Receiver }

// AccountID implements Sender.
func (Reports) AccountID() id.ID { return "" }

// Valid implements Sender.
func (Reports) Valid(context.Context) error { return nil }

// MailFrom implements Sender: reports come from the null path, and from anybody.
func (Reports) MailFrom(context.Context, address.Mailbox) error { return nil }

// Rcpt implements Sender.
func (r Reports) Rcpt(_ context.Context, to address.Mailbox) error { return r.Receiver.Knows(to) }

// Accept implements Sender.
func (r Reports) Accept(ctx context.Context, env Envelope, content []byte) (id.ID, error) {
	to := make([]address.Mailbox, len(env.Recipients))
	for i, rcpt := range env.Recipients {
		to[i] = rcpt.Mailbox
	}
	return id.New(), r.Receiver.Receive(ctx, env.From, to, content)
}
