package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"
)

// ErrSilent is a database that answers nothing at all.
var ErrSilent = errors.New("store: the database is silent")

// Whoever waits for so long asks whether the database lives; both together stay below the
// five seconds after which a client is to have its 451 (F-21).
const (
	silenceAfter = 1500 * time.Millisecond
	pulseTime    = 2500 * time.Millisecond
)

// Attended returns a context that ends when the work under it takes long and the database
// meanwhile answers nothing, on a connection of its own, either. Work that is only slow
// goes on. Call the function when the work is done.
func (s *Store) Attended(ctx context.Context) (context.Context, context.CancelFunc) {
	if s.engine != Postgres {
		return context.WithCancel(ctx)
	}
	ctx, end := context.WithCancelCause(ctx)
	done := make(chan struct{})
	timer := time.AfterFunc(silenceAfter, func() {
		for s.pulse.beats() {
			select {
			case <-done:
				return
			case <-time.After(silenceAfter):
			}
		}
		end(ErrSilent)
	})
	return ctx, sync.OnceFunc(func() {
		timer.Stop()
		close(done)
		end(nil)
	})
}

// pulse asks the database whether it lives, once for all who want to know.
type pulse struct {
	db *sql.DB

	mu   sync.Mutex
	at   time.Time
	well bool
}

func (p *pulse) beats() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) > silenceAfter/2 {
		ctx, cancel := context.WithTimeout(context.Background(), pulseTime)
		defer cancel()
		p.well = p.db.PingContext(ctx) == nil
		p.at = time.Now()
	}
	return p.well
}
