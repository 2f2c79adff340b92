package delivery

import (
	"context"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// guards is what this process knows of who may not send at all: it is believed for so
// long, and what is claimed meanwhile goes back as it was right before its attempt.
type guards struct {
	mu   sync.Mutex
	at   time.Time
	held map[guarded]bool
}

// guarded is an account's mail of a stream; "" stands for all of them.
type guarded struct {
	account id.ID
	stream  message.Stream
}

func isHeld(held map[guarded]bool, account id.ID, stream message.Stream) bool {
	return len(held) > 0 && (held[guarded{}] || held[guarded{account, ""}] || held[guarded{account, stream}])
}

// guards returns who may not send. What it said last counts while the database is away.
func (q *queue) guards(ctx context.Context) (map[guarded]bool, error) {
	q.guarded.mu.Lock()
	defer q.guarded.mu.Unlock()
	if now := q.store.Now(); q.guarded.held == nil || now.Sub(q.guarded.at) >= stopTime || now.Before(q.guarded.at) {
		found, err := q.readGuards(ctx)
		if err != nil {
			return q.guarded.held, err
		}
		q.guarded.held, q.guarded.at = found, now
	}
	return q.guarded.held, nil
}

// LookAgain lets what changed of who may send count at once in this process.
func (e *Engine) LookAgain() {
	e.queue.guarded.mu.Lock()
	e.queue.guarded.at = time.Time{}
	e.queue.guarded.mu.Unlock()
	e.stops.mu.Lock()
	defer e.stops.mu.Unlock()
	e.stops.at = time.Time{}
}

// guarded reports whether nothing of the message may be tried, because its account's mail
// of its stream is held. It stays in the queue as it is.
func (e *Engine) guarded(ctx context.Context, m *message.Message) bool {
	held, err := e.queue.guards(ctx)
	if err != nil {
		e.log.Warn("whose mail is held was not read", "error", err)
	}
	return isHeld(held, m.AccountID, m.Stream)
}
