package billing

import (
	"context"
	"sync"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/message"
)

// Allowances says at the doors what accounts may send by their plans. What it knows of an
// account is a few seconds old and counts what this process let through since: a payment
// or upgrade counts within that time, and what goes beyond a plan that stops is at most
// what other processes let through in it. Safe for concurrent use.
type Allowances struct {
	*Service
	known *memo.Memo[id.ID, *allowance]
}

const (
	allowanceLife = 5 * time.Second
	mostAccounts  = 100_000
)

// NewAllowances returns the judge of the doors.
func NewAllowances(s *Service, c clock.Clock) *Allowances {
	return &Allowances{s, memo.New[id.ID, *allowance](c, allowanceLife, mostAccounts)}
}

type allowance struct {
	refusal map[string]*fault.Error // of a stream: nothing of it is taken
	mu      sync.Mutex
	left    map[string]int64 // of a stream that stops; no entry is no bound
	day     map[string]int64 // of a stream that staff limit by the day
}

// Allow takes the recipients of one message from what the account may send in a stream, or
// says why it may not. The refusal is for now: what a program holds back goes on when the
// invoice is paid, the plan raised or the month over.
func (a *Allowances) Allow(ctx context.Context, scope account.Scope, stream message.Stream, recipients int) error {
	accountID, err := scope.Account()
	if err != nil {
		return translate("allow", noSubscription, err)
	}
	k, err := a.known.Get(accountID, func() (*allowance, error) { return a.load(ctx, accountID) })
	if err != nil {
		return translate("allow", noSubscription, err)
	}
	return k.take(string(stream), int64(recipients))
}

func (k *allowance) take(stream string, n int64) error {
	if refusal := k.refusal[stream]; refusal != nil {
		return refusal
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	today, limited := k.day[stream]
	if limited && today < n {
		return fault.Newf(fault.Limited, "the operator lets this account send a limited number of %s mails a day, and it is used up; it goes on tomorrow (UTC)", stream)
	}
	left, bounded := k.left[stream]
	if bounded && left < n {
		return fault.Newf(fault.Limited, "the %s mail of this period is used up, by your plan or your own cap; a larger one lets it go on at once", stream)
	}
	if bounded {
		k.left[stream] = left - n
	}
	if limited {
		k.day[stream] = today - n
	}
	return nil
}

// Forget lets a change count at once in this process.
func (a *Allowances) Forget(accountID id.ID) { a.known.Forget(accountID) }

func (a *Allowances) load(ctx context.Context, accountID id.ID) (k *allowance, err error) {
	err = a.store.SystemRead(ctx, "see what an account's plan lets it send", func(_ context.Context, tx *gorm.DB) error {
		k = &allowance{refusal: map[string]*fault.Error{}, left: map[string]int64{}, day: map[string]int64{}}
		if err := k.boundByDay(tx, accountID, a.today()); err != nil {
			return err
		}
		b, err := behind(tx, accountID, a.today())
		if err != nil {
			return err
		}
		for _, stream := range streams {
			if b.Step.Pauses(stream == string(message.Broadcast)) {
				k.refusal[stream] = fault.Newf(fault.Limited, "%s mail of this account waits until invoice %s is paid", stream, b.Invoice.Label)
			}
		}
		sub, found, err := subscription(tx, accountID)
		if err != nil {
			return err
		}
		if !found || sub.EndedOn != "" {
			return a.planless(tx, accountID, k)
		}
		return k.bound(tx, sub)
	})
	return k, err
}

// bound sets what is left of what the plan includes, if it stops there, and of the
// account's own caps.
func (k *allowance) bound(tx *gorm.DB, sub Subscription) error {
	caps, err := capsIn(tx, sub.AccountID)
	if err != nil || sub.Plan.Overage != Stop && len(caps) == 0 {
		return err
	}
	used, err := usage(tx, sub.AccountID, sub.Period)
	for _, stream := range streams {
		if most, bounded := mostOf(sub, caps, stream); bounded {
			k.left[stream] = most - used[stream]
		}
	}
	return err
}

// mostOf is how much of a stream may be sent in a period at all, if that is bounded.
func mostOf(sub Subscription, caps map[string]int64, stream string) (most int64, bounded bool) {
	most, bounded = caps[stream]
	if included := sub.Plan.Included[stream] * int64(sub.Interval.months()); sub.Plan.Overage == Stop && (!bounded || included < most) {
		return included, true
	}
	return most, bounded
}

func capsIn(tx *gorm.DB, accountID id.ID) (map[string]int64, error) {
	var rows []Cap
	err := tx.Where("account_id = ?", accountID).Find(&rows).Error
	return capsOf(rows), err
}

// planless judges an account that is on no plan: the operator may ask for one. Its own
// account needs none.
func (a *Allowances) planless(tx *gorm.DB, accountID id.ID, k *allowance) error {
	s, err := seller(tx)
	if err != nil || !s.PlanRequired {
		return err
	}
	var kind string
	if err := tx.Raw("SELECT kind FROM accounts WHERE account_id = ?", accountID).Scan(&kind).Error; err != nil {
		return err
	}
	for _, stream := range streams {
		if kind != string(account.Operator) && k.refusal[stream] == nil {
			k.refusal[stream] = fault.New(fault.Limited, "this account is on no plan yet; choose one on its billing page")
		}
	}
	return nil
}
