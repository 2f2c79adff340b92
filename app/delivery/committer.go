package delivery

import (
	"cmp"
	"context"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// commitWait is how long a first result waits for company. It bounds how many
// deliveries a kill can leave in doubt.
const commitWait = 5 * time.Millisecond

// committer stores the outcomes of all runs in shared transactions: a run by itself has
// few at a time, and as many syncs as there are destinations would wait for each other.
type committer struct {
	engine *Engine
	queue  chan outcomes
	wg     sync.WaitGroup
}

// outcomes are the results of one parcel. stored is called once they are.
type outcomes struct {
	results []result
	stored  func()
}

func newCommitter(e *Engine) *committer {
	c := &committer{engine: e, queue: make(chan outcomes, claimBatch)}
	workers := 1 // SQLite has one writer
	if e.queue.store.Engine() == store.Postgres {
		workers = 2 // one's sync overlaps with the other's work
	}
	for range workers {
		c.wg.Go(c.run)
	}
	return c
}

// run commits in batches until the queue closes.
func (c *committer) run() {
	for first := range c.queue {
		batch := c.gather(first)
		var results []result
		for _, o := range batch {
			results = append(results, o.results...)
		}
		c.engine.commitBatch(context.Background(), results)
		for _, o := range batch {
			o.stored()
		}
	}
}

// gather waits a moment for what else comes.
func (c *committer) gather(first outcomes) []outcomes {
	batch, rows := []outcomes{first}, len(first.results)
	timer := time.NewTimer(commitWait)
	defer timer.Stop()
	for rows < claimBatch {
		select {
		case more, ok := <-c.queue:
			if !ok {
				return batch
			}
			batch, rows = append(batch, more), rows+len(more.results)
		case <-timer.C:
			return batch
		}
	}
	return batch
}

// close waits until everything is stored. Nothing may be added any more.
func (c *committer) close() {
	close(c.queue)
	c.wg.Wait()
}

// commitBatch writes outcomes until the database takes them: what was sent must
// not be forgotten because the database was away for a while. Leases are held
// meanwhile; only the end of the process ends the trying.
func (e *Engine) commitBatch(ctx context.Context, batch []result) {
	var done []result
	back := map[string][]*message.Delivery{}
	for _, res := range batch {
		if res.outcome.State == "" {
			back[res.delivery.Destination] = append(back[res.delivery.Destination], res.delivery)
			continue
		}
		done = append(done, res)
	}
	for destination, rows := range back {
		e.giveBack(ctx, destination, rows)
	}
	if len(done) == 0 {
		return
	}
	lost := e.store(ctx, done)
	e.strike(done)
	e.metrics.LostLease(lost)
	e.tell(done)
	for _, res := range done {
		if e.bad != nil && res.judged().Bad() {
			e.bad(res.delivery.AccountID, res.delivery.CampaignID)
		}
		kind, provider := kindOf(res.delivery.Destination)
		e.metrics.Outcome(kind, cmp.Or(provider, res.outcome.Provider), string(res.next.state), string(res.outcome.Class), res.outcome.Verdict)
		if res.outcome.Ambiguous {
			e.metrics.Ambiguous(1)
		}
	}
}

// patience is how often a batch is tried while the database answers. A database
// that is away is waited for without end.
const patience = 8

// store commits a batch. When the database refuses a row of it, or keeps failing though
// it answers, the batch is halved, so that one row it cannot take does not hold up the
// others; such a row's lease runs out and it is tried again.
func (e *Engine) store(ctx context.Context, done []result) (lost int) {
	wait := 50 * time.Millisecond
	for failed := 0; failed < patience; wait = min(2*wait, 2*time.Second) {
		lost, err := e.queue.commit(ctx, done)
		if err == nil {
			return lost
		}
		e.log.Error("outcomes not stored yet, trying again", "deliveries", len(done), "error", err)
		if store.Refused(err) {
			break
		}
		if e.queue.store.Ping(ctx) == nil {
			failed++
		}
		time.Sleep(wait)
	}
	if len(done) == 1 {
		e.log.Error("an outcome cannot be stored", "delivery", done[0].delivery.ID)
		return 1
	}
	half := len(done) / 2
	return e.store(ctx, done[:half]) + e.store(ctx, done[half:])
}

func (e *Engine) strike(done []result) {
	attempts := make([]id.ID, 0, len(done))
	for _, res := range done {
		if res.attempt != nil {
			attempts = append(attempts, res.attempt.ID)
		}
	}
	if err := e.journal.end(attempts); err != nil {
		// The entry stays open; recovery sees the stored attempt and counts nothing.
		e.log.Error("journal not struck", "error", err)
	}
}
