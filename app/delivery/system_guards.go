package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

func (q *queue) readGuards(ctx context.Context) (map[guarded]bool, error) {
	var rows []struct {
		AccountID id.ID
		Stream    message.Stream
	}
	err := q.store.SystemRead(ctx, "find whose mail is held", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id, stream FROM sending_guards WHERE per_minute = 0 UNION ALL SELECT '', '' FROM emergency_stop").Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: whose mail is held: %w", err)
	}
	held := make(map[guarded]bool, len(rows))
	for _, r := range rows {
		held[guarded{r.AccountID, r.Stream}] = true
	}
	return held, nil
}

// unguarded is the condition that nothing holds a row's account in its stream. It is asked only where
// somebody's mail is held at all. @-names of the statement around it may be used.
func unguarded(account, stream string) string {
	return ` AND NOT EXISTS (SELECT 1 FROM emergency_stop) AND NOT EXISTS (SELECT 1 FROM sending_guards g
		WHERE g.account_id = ` + account + ` AND g.per_minute = 0 AND g.stream IN ('', ` + stream + `))`
}

// guardRow is a guard that slows.
type guardRow struct {
	AccountID id.ID
	Cause     string
	Stream    message.Stream
	PerMinute int
	FreeAt    time.Time
}

// rate is the rate of a guard, which knows where it is stored.
func (g guardRow) rate() *limit.SendingRate {
	r := &limit.SendingRate{AccountID: g.AccountID, Kind: limit.OfStream, Subject: string(g.Stream), PerMinute: g.PerMinute, FreeAt: g.FreeAt, Guard: g.Cause}
	if g.Stream == "" {
		r.Kind = limit.OfAccount
	}
	return r
}

// lockGuards reads the guards that slow accounts, for the rest of the transaction.
func (q *queue) lockGuards(tx *gorm.DB, accounts []id.ID) (rates []*limit.SendingRate, err error) {
	sql := "SELECT account_id, cause, stream, per_minute, free_at FROM sending_guards WHERE per_minute > 0 AND account_id IN ? ORDER BY account_id, cause, stream"
	if q.store.Engine() == store.Postgres {
		sql += " FOR UPDATE"
	}
	var rows []guardRow
	if err := tx.Raw(sql, accounts).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("delivery: guards: %w", err)
	}
	for _, g := range rows {
		rates = append(rates, g.rate())
	}
	return rates, nil
}

// holds reads why an account's mail of a stream is held.
func holds(tx *gorm.DB, d message.Delivery) (words string, err error) {
	var found []string
	err = tx.Raw(`SELECT 'All mail of this service is stopped for the moment. It goes on by itself.' FROM emergency_stop
		UNION ALL SELECT words FROM sending_guards WHERE account_id = ? AND per_minute = 0 AND stream IN ('', ?)`, d.AccountID, d.Stream).Scan(&found).Error
	if len(found) > 0 {
		words = found[0]
	}
	return words, err
}
