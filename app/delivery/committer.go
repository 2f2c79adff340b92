package delivery

import (
	"cmp"
	"context"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// commitWait is how long a first result waits for company. It bounds how many
// deliveries a kill can leave in doubt.
const commitWait = 5 * time.Millisecond

// commitAll commits results in batches until the channel closes.
func (r *run) commitAll(ctx context.Context) {
	for first := range r.results {
		batch := first
		timer := time.NewTimer(commitWait)
	collect:
		for len(batch) < claimBatch {
			select {
			case more, ok := <-r.results:
				if !ok {
					break collect
				}
				batch = append(batch, more...)
			case <-timer.C:
				break collect
			}
		}
		timer.Stop()
		r.commitBatch(ctx, batch)
	}
}

// commitBatch writes outcomes until the database takes them: what was sent must
// not be forgotten because the database was away for a while. Leases are held
// meanwhile; only the end of the process ends the trying.
func (r *run) commitBatch(ctx context.Context, batch []result) {
	var done []result
	var back []*message.Delivery
	for _, res := range batch {
		if res.outcome.State == "" {
			back = append(back, res.delivery)
			continue
		}
		done = append(done, res)
	}
	_ = r.giveBack(ctx, back, nil)
	if len(done) == 0 {
		return
	}
	lost := r.store(ctx, done)
	r.strike(done)
	r.metrics.LostLease(lost)
	kind, provider := kindOf(r.destination)
	r.tell(done, kind, provider)
	for _, res := range done {
		r.metrics.Outcome(kind, cmp.Or(provider, res.outcome.Provider), string(res.next.state), string(res.outcome.Class), res.outcome.Verdict)
		if res.outcome.Ambiguous {
			r.metrics.Ambiguous(1)
		}
	}
}

// patience is how often a batch is tried while the database answers. A database
// that is away is waited for without end.
const patience = 8

// store commits a batch. When a reachable database keeps refusing it, the batch
// is halved, so that one row it cannot take does not hold up the others; such a
// row's lease runs out and it is tried again.
func (r *run) store(ctx context.Context, done []result) (lost int) {
	wait := 50 * time.Millisecond
	for refused := 0; refused < patience; wait = min(2*wait, 2*time.Second) {
		lost, err := r.queue.commit(ctx, done)
		if err == nil {
			return lost
		}
		r.log.Error("outcomes not stored yet, trying again", "deliveries", len(done), "error", err)
		if r.queue.store.Ping(ctx) == nil {
			refused++
		}
		time.Sleep(wait)
	}
	if len(done) == 1 {
		r.log.Error("an outcome cannot be stored", "delivery", done[0].delivery.ID)
		return 1
	}
	half := len(done) / 2
	return r.store(ctx, done[:half]) + r.store(ctx, done[half:])
}

func (r *run) strike(done []result) {
	attempts := make([]id.ID, 0, len(done))
	for _, res := range done {
		if res.attempt != nil {
			attempts = append(attempts, res.attempt.ID)
		}
	}
	if err := r.journal.end(attempts); err != nil {
		// The entry stays open; recovery sees the stored attempt and counts nothing.
		r.log.Error("journal not struck", "error", err)
	}
}
