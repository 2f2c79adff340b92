package message

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Ledger is what Verify found.
type Ledger struct {
	Accounts []Balance `json:"accounts"`
	Stuck    []Stuck   `json:"stuck"`
	Unbodied int64     `json:"waiting_without_content"`
	// Orphans are rows that contradict each other: how many, by what is wrong.
	Orphans   map[string]int64 `json:"orphans"`
	Miscounts []Miscount       `json:"usage_off"`
	Ambiguous int64            `json:"ambiguous"` // deliveries' attempts that may have arrived unseen, in all
}

// Balance compares an account's running counters with its rows.
type Balance struct {
	AccountID id.ID           `json:"account"`
	Counted   Day             `json:"counted"` // sum over all days
	Rows      map[State]int64 `json:"rows"`
	Messages  int64           `json:"messages"`
	Ambiguous int64           `json:"ambiguous"`
}

// Stuck is a delivery that waits under a lease nobody renews.
type Stuck struct {
	AccountID  id.ID     `json:"account"`
	DeliveryID id.ID     `json:"delivery"`
	LeaseUntil time.Time `json:"lease_until"`
}

// stuckAfter is how long past its end a lease may stand: twice its time, in which
// any worker would have claimed it again.
const stuckAfter = 90 * time.Second

// Total is the number of rows in all states.
func (b Balance) Total() (n int64) {
	for _, rows := range b.Rows {
		n += rows
	}
	return n
}

// OK reports whether accepted = delivered + bounced + suppressed + expired +
// cancelled + held + queued, to the unit, and each final figure by itself.
func (b Balance) OK() bool {
	c := b.Counted
	waiting := b.Rows[Queued] + b.Rows[Deferred] + b.Rows[Held]
	return c.Accepted == c.Final()+waiting && c.Accepted == b.Total() && c.Messages == b.Messages && c.Ambiguous == b.Ambiguous &&
		c.Delivered == b.Rows[Delivered] && c.Bounced == b.Rows[Bounced] && c.Suppressed == b.Rows[Suppressed] &&
		c.Expired == b.Rows[Expired] && c.Cancelled == b.Rows[Cancelled]
}

// OK reports whether everything adds up and nothing is stuck.
func (l Ledger) OK() bool {
	for _, b := range l.Accounts {
		if !b.OK() {
			return false
		}
	}
	return len(l.Stuck) == 0 && l.Unbodied == 0 && len(l.Orphans) == 0 && len(l.Miscounts) == 0
}

// Verify checks promise 2 on a live or copied database.
func Verify(ctx context.Context, s *store.Store) (l Ledger, err error) {
	err = s.SystemSnapshot(ctx, "compare every account's counters with its rows", func(_ context.Context, tx *gorm.DB) error {
		balances := map[id.ID]*Balance{}
		of := func(account id.ID) *Balance {
			if balances[account] == nil {
				balances[account] = &Balance{AccountID: account, Rows: map[State]int64{}}
			}
			return balances[account]
		}
		for _, step := range []func(*gorm.DB, func(id.ID) *Balance) error{sumDays, countStates, countMessages} {
			if err := step(tx, of); err != nil {
				return err
			}
		}
		for _, b := range balances {
			l.Accounts = append(l.Accounts, *b)
			l.Ambiguous += b.Ambiguous
		}
		if err := findStuck(tx, s.Now(), &l); err != nil {
			return err
		}
		if err := findOrphans(tx, s.Now(), &l); err != nil {
			return err
		}
		if err := findMiscounts(tx, s.Engine(), &l); err != nil {
			return err
		}
		return tx.Raw(`SELECT count(*) FROM deliveries d WHERE state IN ('queued', 'deferred', 'held')
			AND NOT EXISTS (SELECT 1 FROM message_bodies b WHERE b.account_id = d.account_id AND b.message_id = d.message_id)`).Scan(&l.Unbodied).Error
	})
	if err != nil {
		return Ledger{}, fmt.Errorf("message: verify: %w", err)
	}
	return l, nil
}

func sumDays(tx *gorm.DB, of func(id.ID) *Balance) error {
	var days []Day
	err := tx.Raw(`SELECT account_id, SUM(messages) AS messages, SUM(accepted) AS accepted, SUM(delivered) AS delivered, SUM(bounced) AS bounced,
		SUM(suppressed) AS suppressed, SUM(expired) AS expired, SUM(cancelled) AS cancelled, SUM(ambiguous) AS ambiguous
		FROM account_days GROUP BY account_id`).Scan(&days).Error
	for _, d := range days {
		of(d.AccountID).Counted = d
	}
	return err
}

func countStates(tx *gorm.DB, of func(id.ID) *Balance) error {
	var rows []struct {
		AccountID id.ID
		State     State
		N         int64
		Ambiguous int64
	}
	err := tx.Raw("SELECT account_id, state, count(*) AS n, SUM(ambiguous) AS ambiguous FROM deliveries GROUP BY account_id, state").Scan(&rows).Error
	for _, r := range rows {
		of(r.AccountID).Rows[r.State] = r.N
		of(r.AccountID).Ambiguous += r.Ambiguous
	}
	return err
}

func countMessages(tx *gorm.DB, of func(id.ID) *Balance) error {
	var rows []struct {
		AccountID id.ID
		N         int64
	}
	err := tx.Raw("SELECT account_id, count(*) AS n FROM messages GROUP BY account_id").Scan(&rows).Error
	for _, r := range rows {
		of(r.AccountID).Messages = r.N
	}
	return err
}

func findStuck(tx *gorm.DB, now time.Time, l *Ledger) error {
	var rows []Delivery
	err := tx.Where("lease_owner <> '' AND lease_until < ?", now.Add(-stuckAfter)).Limit(100).Find(&rows).Error
	for _, d := range rows {
		l.Stuck = append(l.Stuck, Stuck{d.AccountID, d.ID, *d.LeaseUntil})
	}
	return err
}
