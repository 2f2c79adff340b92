package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/limit"
	"smtpserver/app/message"
)

// Waits tells why a delivery that is due has not left, and about when it does; "" when
// it is about to. What the destination says comes first.
func (b *Board) Waits(ctx context.Context, d message.Delivery) (string, error) {
	now := b.queue.store.Now()
	if d.State != message.Queued && d.State != message.Deferred || d.Scheduled(now) {
		return "", nil
	}
	var held string
	err := b.queue.store.SystemRead(ctx, "find why a delivery's account may not send", func(_ context.Context, tx *gorm.DB) (err error) {
		held, err = holds(tx, d)
		return err
	})
	if err != nil || held != "" {
		return held, err
	}
	standing, _, err := b.Standing(ctx, d.Destination)
	if err != nil || standing.Words() != "" {
		return standing.Words(), err
	}
	if d.DueAt.After(now) {
		return "", nil
	}
	var words string
	var until time.Time
	err = b.queue.store.SystemRead(ctx, "find which rate a delivery waits for", func(_ context.Context, tx *gorm.DB) error {
		rows, err := ratesOf(tx, d)
		for _, r := range rows {
			var ahead int
			if ahead, err = countAhead(tx, r, d); err != nil {
				return err
			}
			if at := r.Rate().After(ahead, now); at.After(until) {
				words, until = rateWords(r, d.Stream, at, ahead > mostAhead), at
			}
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("delivery: why it waits: %w", err)
	}
	if until.Sub(now) < aMoment {
		return "", nil
	}
	return words, nil
}

const (
	aMoment   = 5 * time.Second // not worth a word
	mostAhead = 20_000          // counted; what is more is told as "after"
)

// ratesOf reads the rates that a delivery must keep.
func ratesOf(tx *gorm.DB, d message.Delivery) (rows []*limit.SendingRate, err error) {
	var all []*limit.SendingRate
	err = tx.Raw("SELECT * FROM sending_rates WHERE account_id = ?", d.AccountID).Scan(&all).Error
	if err == nil {
		var guards []guardRow
		err = tx.Raw("SELECT account_id, cause, stream, per_minute, free_at FROM sending_guards WHERE account_id = ? AND per_minute > 0", d.AccountID).Scan(&guards).Error
		for _, g := range guards {
			all = append(all, g.rate())
		}
	}
	for _, r := range all {
		if governs(r, d.Stream, "") || d.CredentialID != "" && governs(r, d.Stream, d.CredentialID) {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// countAhead counts what goes first under a rate: what was accepted before, of the same
// stream, or any that is more urgent.
func countAhead(tx *gorm.DB, r *limit.SendingRate, d message.Delivery) (n int, err error) {
	only := "1 = 1"
	switch {
	case r.Kind == limit.OfCredential:
		only = "credential_id = @credential"
	case r.Kind == limit.OfStream || d.Stream == message.Transactional:
		only = "stream = @stream"
	}
	err = tx.Raw(`SELECT COUNT(*) FROM (SELECT stream, credential_id FROM deliveries
		WHERE account_id = @account AND state = 'queued' AND delivery_id < @delivery LIMIT @most) AS ahead WHERE `+only,
		map[string]any{"account": d.AccountID, "delivery": d.ID, "stream": d.Stream, "credential": d.CredentialID, "most": mostAhead + 1}).Scan(&n).Error
	return n, err
}

func rateWords(r *limit.SendingRate, stream message.Stream, at time.Time, more bool) string {
	whose := map[limit.RateKind]string{
		limit.OfAccount: "Your account's rate", limit.OfPlan: "Your plan's rate", limit.OfStream: "Your account's rate for " + string(stream) + " mail", limit.OfCredential: "This credential's rate",
	}[r.Kind]
	about := "about"
	if more {
		about = "after"
	}
	return fmt.Sprintf("%s of %s holds it back: it leaves %s %s.", whose, r.Rate(), about, clockTime(at))
}
