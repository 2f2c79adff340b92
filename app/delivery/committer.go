package delivery

import (
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
	lost := 0
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		var err error
		if lost, err = r.queue.commit(ctx, done); err == nil {
			break
		}
		r.log.Error("outcomes not stored yet, trying again", "deliveries", len(done), "error", err)
		time.Sleep(wait)
	}
	r.strike(done)
	r.metrics.LostLease(lost)
	for _, res := range done {
		r.metrics.Outcome(res.next.state, res.outcome.Class)
		if res.outcome.Ambiguous {
			r.metrics.Ambiguous(1)
		}
	}
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
