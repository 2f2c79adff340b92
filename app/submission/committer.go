package submission

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Bounds of one shared commit.
const (
	groupMessages = 200
	groupOctets   = 8 << 20
	commitTime    = 20 * time.Second // below the door's patience, so that its answer is never late
)

// committer stores messages of many connections in shared transactions.
type committer struct {
	store *store.Store
	log   *slog.Logger
	queue chan *request
	wg    sync.WaitGroup
}

// request is one message waiting for a commit. Whoever moves it out of waiting
// decides: the committer takes it, or its owner gives up and it is never stored.
type request struct {
	message *message.New
	state   atomic.Int32
	done    chan error
}

const (
	waiting int32 = iota
	taken
	abandoned
)

func newCommitter(s *store.Store, log *slog.Logger) *committer {
	c := &committer{store: s, log: log, queue: make(chan *request, 4*groupMessages)}
	workers := 1 // SQLite has one writer
	if s.Engine() == store.Postgres {
		// One commit's sync may overlap with the next one's work, but each needs a
		// processor of its own and the database another: with more, commits only become
		// smaller, and wait for each other at their accounts' counters.
		workers = min(max(runtime.NumCPU()/2, 1), 3)
	}
	for range workers {
		c.wg.Go(c.run)
	}
	return c
}

// commit stores a message and returns once it is durable.
func (c *committer) commit(ctx context.Context, n *message.New) error {
	r := &request{message: n, done: make(chan error, 1)}
	select {
	case c.queue <- r:
	case <-ctx.Done():
		return fault.Wrap(fault.Unavailable, "we are busy, please try again later", ctx.Err())
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, abandoned) {
			return fault.Wrap(fault.Unavailable, "we are busy, please try again later", ctx.Err())
		}
		return <-r.done
	}
}

func (c *committer) run() {
	for first := range c.queue {
		batch := c.gather(first)
		if len(batch) > 0 {
			c.storeAll(batch)
		}
	}
}

// gather takes what is waiting already; it never waits for more.
func (c *committer) gather(first *request) []*request {
	var batch []*request
	octets := int64(0)
	take := func(r *request) {
		if r.state.CompareAndSwap(waiting, taken) {
			batch = append(batch, r)
			octets += r.message.Message.Size
		}
	}
	take(first)
	for len(batch) < groupMessages && octets < groupOctets {
		select {
		case r, ok := <-c.queue:
			if !ok {
				return batch
			}
			take(r)
		default:
			return batch
		}
	}
	return batch
}

// storeAll commits a batch. When the database refuses a row of it, each message gets its
// own try, so that one that cannot be stored does not refuse the others. When the
// database is in trouble, a try each would only make all of them wait longer (F-21).
func (c *committer) storeAll(batch []*request) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTime)
	defer cancel()
	ctx, done := c.store.Attended(ctx)
	defer done()
	messages := make([]*message.New, len(batch))
	for i, r := range batch {
		messages[i] = r.message
	}
	err := message.Insert(ctx, c.store, messages)
	if err != nil {
		c.log.Error("a shared commit failed", "messages", len(batch), "error", err)
	}
	for _, r := range batch {
		if store.Refused(err) && len(batch) > 1 {
			r.done <- message.Insert(ctx, c.store, []*message.New{r.message})
			continue
		}
		r.done <- err
	}
}

func (c *committer) close() {
	close(c.queue)
	c.wg.Wait()
}
