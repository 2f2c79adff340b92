package notification

import (
	"context"
	"errors"
	"log/slog"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/dsn"
	"smtpserver/app/store"
)

// Mailer stores a notification for sending, in the transaction of ctx.
type Mailer interface {
	SendReport(ctx context.Context, messageID id.ID, from, to address.Mailbox, subject string, report *dsn.Composed) error
}

// Sender turns duties to tell into mails. Safe for concurrent use, in many processes.
type Sender struct {
	store    *store.Store
	mailer   Mailer
	hostname string
	log      *slog.Logger
}

// New returns a sender for the mail system of the host name.
func New(s *store.Store, m Mailer, hostname string, log *slog.Logger) *Sender {
	return &Sender{s, m, hostname, log}
}

// Bounds of one round: accounts take turns, so that nobody waits behind another's many.
const (
	perRound    = 50  // messages of one account
	perReport   = 100 // recipients in one notification
	mostRounds  = 20
	mostOfTurns = 1000 // accounts in one round
)

// SendDue tells what is due, and returns how many mails that made.
func (s *Sender) SendDue(ctx context.Context) (sent int, err error) {
	for range mostRounds {
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return sent, err
		}
		var failed error // one that cannot be stored holds up no other; the next call tries again
		for _, one := range due {
			did, err := s.tell(ctx, one)
			if err != nil && !errors.Is(err, errTaken) {
				failed = err
			}
			if did {
				sent++
			}
		}
		if failed != nil {
			return sent, failed
		}
	}
	return sent, nil
}

// errTaken reports that another process tells the same.
var errTaken = errors.New("notification: taken by another process")
