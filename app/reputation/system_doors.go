package reputation

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/message"
	"smtpserver/app/submission"
)

// Doors say where mail comes in whether an account may send more of a stream. What holds
// an account is a few seconds old at most. Safe for concurrent use.
type Doors struct {
	*Service
	known *memo.Memo[id.ID, *door]
}

const (
	doorLife     = 2 * time.Second
	mostAccounts = 100_000
)

// NewDoors returns the judge of the doors.
func NewDoors(s *Service, c clock.Clock) *Doors {
	d := &Doors{s, memo.New[id.ID, *door](c, doorLife, mostAccounts)}
	s.OnChange(func() { d.known.ForgetIf(func(id.ID, *door) bool { return true }) })
	return d
}

// door is what is known of an account there.
type door struct {
	held map[message.Stream]string // why nothing of a stream is taken
	new  bool                      // the limits of new accounts are for it
}

// heldAgain is when a campaign whose mail is held looks again.
const heldAgain = time.Minute

// Allow implements submission.Allowance. What a program holds back goes on by itself when
// it is lifted.
func (d *Doors) Allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int) error {
	return d.allow(ctx, scope, stream, recipients, true)
}

// AllowMany implements submission.ManyAllowance for messages to one recipient each.
func (d *Doors) AllowMany(ctx context.Context, scope account.Scope, stream message.Stream, messages int) error {
	return d.allow(ctx, scope, stream, messages, false)
}

func (d *Doors) allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int, together bool) error {
	accountID, err := scope.Account()
	if err != nil {
		return translate("allow", err)
	}
	k, err := d.known.Get(accountID, func() (*door, error) { return d.load(ctx, accountID) })
	if err != nil {
		return translate("allow", err)
	}
	if words := k.held[stream]; words != "" {
		return submission.Later{Fault: fault.New(fault.Limited, words), At: d.store.Now().Add(heldAgain)}.Err()
	}
	switch {
	case !k.new:
		return nil
	case together && recipients > NewRecipients:
		return fault.Newf(fault.Invalid, "a new account may address %d recipients with one message; this one has %d: send it in parts", NewRecipients, recipients)
	}
	return d.takeNew(ctx, accountID, int64(recipients))
}

func (d *Doors) load(ctx context.Context, accountID id.ID) (k *door, err error) {
	err = d.store.SystemRead(ctx, "see what holds an account's mail", func(_ context.Context, tx *gorm.DB) error {
		k = &door{held: map[message.Stream]string{}}
		var rows []guardRow
		if err := tx.Where("account_id = ? AND per_minute = 0", accountID).Order("cause").Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			for _, stream := range []message.Stream{message.Transactional, message.Broadcast} {
				if r.Stream == "" || r.Stream == string(stream) {
					k.held[stream] = r.Words
				}
			}
		}
		if !d.NewLimits {
			return nil
		}
		st, err := standingOf(tx, accountID)
		if err != nil || st.Trusted {
			return err
		}
		k.new, err = d.isNew(tx, accountID)
		return err
	})
	return k, err
}
