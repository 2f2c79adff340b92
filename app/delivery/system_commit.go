package delivery

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// result is the outcome of one delivery, ready to be committed.
type result struct {
	delivery *message.Delivery // as claimed
	outcome  Outcome
	attempt  *message.Attempt // nil when nothing was tried
	next     next             // filled in by commit
}

// batchCommit bounds one UPDATE: 200 rows of 12 values.
const batchCommit = 200

// commit stores outcomes, events, attempts and counters in one transaction. A
// row counts only while this process still holds its lease under the fence of
// the claim; the number of others is returned, and nothing of them is written.
func (q *queue) commit(ctx context.Context, results []result) (lost int, err error) {
	err = q.store.SystemWrite(ctx, "commit outcomes of claimed deliveries", func(_ context.Context, tx *gorm.DB) error {
		now := q.store.Now()
		for i := range results {
			results[i].next = settle(results[i], now)
		}
		held, err := q.updateDeliveries(tx, results)
		if err != nil {
			return err
		}
		lost = len(results) - len(held)
		return insertTraces(tx, results, held, now)
	})
	return lost, err
}

// next is what a delivery becomes by an outcome.
type next struct {
	state     message.State
	reason    string
	step      string // what the sender should do
	attempts  int
	ambiguous int
	due       time.Time
	final     *time.Time
}

// settle decides a delivery's next state: a deferral past its time is an
// expiry, and a second attempt with unknown end is the last one, so that no
// recipient gets more than two copies (F-12).
func settle(r result, now time.Time) next {
	d, o := r.delivery, r.outcome
	n := next{state: o.State, reason: o.Reason, step: o.NextStep, attempts: d.Attempts, ambiguous: d.Ambiguous, due: d.DueAt}
	if r.attempt != nil {
		n.attempts++
	}
	if o.Ambiguous {
		n.ambiguous++
	}
	if o.State == message.Deferred {
		n.due = now.Add(afterAtLeast(max(n.attempts, 1)))
		switch {
		case !o.NotBefore.IsZero():
			n.due = o.NotBefore
		case o.Soon:
			n.due = now.Add(soonRetry)
		case o.Greylisted > 0:
			n.due = now.Add(afterGreylist(n.attempts, o.Greylisted))
		}
		switch {
		case n.ambiguous >= 2 && o.Ambiguous:
			n.state, n.step = message.Expired, "Ask the recipient whether it has arrived before you send it again."
			n.reason = "The receiving server took the message twice without confirming it. It has probably arrived; we stopped so that it does not arrive again."
		case !now.Before(d.ExpiresAt):
			n.state, n.step = message.Expired, verdict.About(verdict.Expired, "", true).Next
			n.reason = "Gave up when its time was over. Last: " + o.Reason
		case n.due.After(d.ExpiresAt):
			n.due = d.ExpiresAt // one last try at the very end
		}
	}
	if n.state.Final() {
		n.final = &now
	}
	return n
}

type deliveryKey struct{ account, delivery id.ID }

func (q *queue) updateDeliveries(tx *gorm.DB, results []result) (map[deliveryKey]bool, error) {
	held := make(map[deliveryKey]bool, len(results))
	for start := 0; start < len(results); start += batchCommit {
		batch := results[start:min(start+batchCommit, len(results))]
		args := make([]any, 0, 12*len(batch)+1)
		for _, r := range batch {
			n := r.next
			args = append(args, r.delivery.AccountID, r.delivery.ID, r.delivery.Fence, n.state, n.reason, r.outcome.Class,
				r.outcome.Reply, n.attempts, n.ambiguous, n.due, n.final)
		}
		args = append(args, q.owner)
		var rows []struct{ AccountID, DeliveryID id.ID }
		if err := tx.Raw(updateSQL(q.store.Engine(), len(batch)), args...).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("delivery: commit: %w", err)
		}
		for _, r := range rows {
			held[deliveryKey{r.AccountID, r.DeliveryID}] = true
		}
	}
	return held, nil
}

// updateSQL writes many deliveries in one statement. PostgreSQL needs the types
// of parameters in VALUES spelt out; SQLite has none.
func updateSQL(engine store.Engine, rows int) string {
	types := []string{"text", "text", "bigint", "text", "text", "text", "text", "int", "int", "timestamptz", "timestamptz"}
	marks := make([]string, len(types))
	for i, t := range types {
		marks[i] = "?"
		if engine == store.Postgres {
			marks[i] = "?::" + t
		}
	}
	row := "(" + strings.Join(marks, ",") + ")"
	return `UPDATE deliveries AS d SET state = v.column4, reason = v.column5, class = v.column6, last_reply = v.column7,
		attempts = v.column8, ambiguous = v.column9, due_at = v.column10, final_at = v.column11, lease_owner = '', lease_until = NULL
		FROM (VALUES ` + strings.TrimSuffix(strings.Repeat(row+",", rows), ",") + `) AS v
		WHERE d.account_id = v.column1 AND d.delivery_id = v.column2 AND d.fence = v.column3 AND d.lease_owner = ?
		RETURNING account_id, delivery_id`
}

// insertTraces writes attempts, events, counters and suppressions of the rows that were still ours.
func insertTraces(tx *gorm.DB, results []result, held map[deliveryKey]bool, now time.Time) error {
	var (
		attempts     []message.Attempt
		events       []message.Event
		suppressions []message.Suppression
		duties       []message.Notification
		tally        = message.Tally{}
		seen         = map[id.ID]bool{}
	)
	for _, r := range results {
		d := r.delivery
		if !held[deliveryKey{d.AccountID, d.ID}] {
			continue
		}
		if r.attempt != nil && !seen[r.attempt.ID] {
			seen[r.attempt.ID] = true
			attempts = append(attempts, *r.attempt)
		}
		events = append(events, resultEvents(r, now)...)
		duties = append(duties, d.Notifications(r.next.state, r.outcome.Reports, now)...)
		day := tally.On(d.AccountID, d.CreatedAt, d.Stream)
		day.Count(r.next.state)
		if r.outcome.Ambiguous {
			day.Ambiguous++
		}
		if r.outcome.Suppress {
			suppressions = append(suppressions, message.Suppression{
				AccountID: d.AccountID, Stream: d.Stream, Address: d.RecipientKey,
				Reason: r.outcome.Reason, MessageID: &d.MessageID, CreatedAt: now,
			})
		}
	}
	if len(events) == 0 {
		return nil
	}
	if len(attempts) > 0 {
		if err := tx.CreateInBatches(&attempts, batchCommit).Error; err != nil {
			return fmt.Errorf("delivery: attempts: %w", err)
		}
	}
	if err := tx.CreateInBatches(&events, batchCommit).Error; err != nil {
		return fmt.Errorf("delivery: events: %w", err)
	}
	if len(suppressions) > 0 {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&suppressions).Error; err != nil {
			return fmt.Errorf("delivery: suppress: %w", err)
		}
	}
	if err := message.Notify(tx, duties); err != nil {
		return err
	}
	return message.AddToDays(tx, tally)
}

func resultEvents(r result, now time.Time) []message.Event {
	d := r.delivery
	event := message.Event{
		AccountID: d.AccountID, MessageID: d.MessageID, DeliveryID: &d.ID,
		Reason: r.next.reason, Class: r.outcome.Class, Verdict: r.outcome.Verdict, NextStep: r.next.step, Reply: r.outcome.Reply, At: now,
	}
	if r.attempt != nil {
		event.AttemptID = &r.attempt.ID
	}
	var events []message.Event
	if r.outcome.Ambiguous {
		maybe := event
		maybe.ID, maybe.Kind, maybe.Reason, maybe.NextStep = id.New(), message.EventMaybeDelivered, r.outcome.Reason, ""
		events = append(events, maybe)
	}
	event.ID, event.Kind = id.New(), message.EventKind(r.next.state)
	return append(events, event)
}
