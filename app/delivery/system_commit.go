package delivery

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

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

// judged is what the outcome says of the sender.
func (r result) judged() message.Judged {
	_, provider := kindOf(r.delivery.Destination)
	return message.Judged{State: r.next.state, Class: r.outcome.Class, Verdict: r.outcome.Verdict, Provider: cmp.Or(provider, r.outcome.Provider)}
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

// updateDeliveries writes what is next for deliveries, and returns which were still ours.
func (q *queue) updateDeliveries(tx *gorm.DB, results []result) (map[deliveryKey]bool, error) {
	held := make(map[deliveryKey]bool, len(results))
	values := make([][]any, len(results))
	for i, r := range results {
		n := r.next
		var final any
		if n.final != nil {
			final = *n.final
		}
		values[i] = []any{
			string(n.state), n.reason, string(r.outcome.Class), r.outcome.Reply, n.attempts, n.ambiguous, n.due, final,
			string(r.delivery.AccountID), string(r.delivery.ID), r.delivery.Fence, q.owner,
		}
	}
	if q.store.Engine() == store.SQLite {
		changed, err := store.RunEach(tx, updateOne, values)
		if err != nil {
			return nil, fmt.Errorf("delivery: commit: %w", err)
		}
		for i, n := range changed {
			if n > 0 {
				held[deliveryKey{results[i].delivery.AccountID, results[i].delivery.ID}] = true
			}
		}
		return held, nil
	}
	rows, err := tx.Statement.ConnPool.QueryContext(tx.Statement.Context, updateMany, store.Arrays(values)...)
	if err != nil {
		return nil, fmt.Errorf("delivery: commit: %w", err)
	}
	defer func() { _ = rows.Close() }() // Err tells
	for rows.Next() {
		var account, delivery string
		if err := rows.Scan(&account, &delivery); err != nil {
			return nil, fmt.Errorf("delivery: commit: %w", err)
		}
		held[deliveryKey{id.ID(account), id.ID(delivery)}] = true
	}
	return held, rows.Err()
}

const (
	updateOne = `UPDATE deliveries SET state = ?, reason = ?, class = ?, last_reply = ?, attempts = ?, ambiguous = ?, due_at = ?, final_at = ?,
		lease_owner = '', lease_until = NULL
		WHERE account_id = ? AND delivery_id = ? AND fence = ? AND lease_owner = ?`
	// updateMany does the same for arrays of values.
	updateMany = `UPDATE deliveries AS d SET state = v.state, reason = v.reason, class = v.class, last_reply = v.last_reply,
		attempts = v.attempts, ambiguous = v.ambiguous, due_at = v.due_at, final_at = v.final_at, lease_owner = '', lease_until = NULL
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::timestamptz[], $8::timestamptz[],
			$9::text[], $10::text[], $11::bigint[], $12::text[])
			AS v (state, reason, class, last_reply, attempts, ambiguous, due_at, final_at, account_id, delivery_id, fence, lease_owner)
		WHERE d.account_id = v.account_id AND d.delivery_id = v.delivery_id AND d.fence = v.fence AND d.lease_owner = v.lease_owner
		RETURNING d.account_id, d.delivery_id`
)

// insertTraces writes attempts, events, counters and suppressions of the rows that were still ours.
func insertTraces(tx *gorm.DB, results []result, held map[deliveryKey]bool, now time.Time) error {
	var (
		attempts     []*message.Attempt
		events       []message.Event
		suppressions []message.Suppression
		duties       []message.Notification
		tally        = message.Tally{}
		hours        = message.Hours{}
		seen         = map[id.ID]bool{}
	)
	for _, r := range results {
		d := r.delivery
		if !held[deliveryKey{d.AccountID, d.ID}] {
			continue
		}
		if r.attempt != nil && !seen[r.attempt.ID] {
			seen[r.attempt.ID] = true
			attempts = append(attempts, r.attempt)
		}
		events = append(events, resultEvents(r, now)...)
		duties = append(duties, d.Notifications(r.next.state, r.outcome.Reports, now)...)
		day := tally.Of(d)
		day.Count(r.next.state)
		day.Blame(r.judged())
		hours.End(d, r.judged(), false, now)
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
	if err := message.InsertAttempts(tx, attempts); err != nil {
		return fmt.Errorf("delivery: attempts: %w", err)
	}
	if err := message.InsertEvents(tx, events); err != nil {
		return fmt.Errorf("delivery: events: %w", err)
	}
	if len(suppressions) > 0 {
		if err := tx.Clauses(message.Lasting()).Create(&suppressions).Error; err != nil {
			return fmt.Errorf("delivery: suppress: %w", err)
		}
	}
	if err := message.Notify(tx, duties); err != nil {
		return err
	}
	if err := message.AddToHours(tx, hours); err != nil {
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
