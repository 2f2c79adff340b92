package load

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Run sends the load and returns when it is over: all messages are answered,
// the duration has passed, every connection gave up, or ctx ended. The result
// is valid in each case; the error says why a load ended early.
func Run(ctx context.Context, c Config) (*Result, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	start := time.Now()
	stop, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	source := &source{config: &c, start: start, stop: stop}
	shared := newTemplate(c, start)

	tallies := make([]*tally, c.Connections)
	failures := make([]error, c.Connections)
	var group sync.WaitGroup
	for i := range tallies {
		tallies[i] = newTally(c.Messages/c.Connections + 64)
		w := &worker{tally: tallies[i], config: &c, template: shared, source: source, stop: stop}
		group.Go(func() {
			failures[i] = w.run()
			if failures[i] != nil && !errors.Is(failures[i], errGaveUp) {
				cancel(failures[i]) // the ledger cannot be written: nothing later would be evidence
			}
		})
	}
	group.Wait()
	return merge(start, tallies), errors.Join(ctx.Err(), firstError(failures))
}

func firstError(all []error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// source hands out message numbers, no faster than the rate and no longer than
// the bounds.
type source struct {
	config *Config
	start  time.Time
	stop   context.Context //nolint:containedctx // ends waiting for the next turn
	given  atomic.Int64
}

// over tells that no message is left to send.
func (s *source) over(now time.Time) bool {
	return s.config.Messages > 0 && s.given.Load() >= int64(s.config.Messages) ||
		s.config.Duration > 0 && now.Sub(s.start) >= s.config.Duration
}

// next waits for the next message's turn.
func (s *source) next() (int, bool) {
	n := int(s.given.Add(1)) - 1
	if s.config.Messages > 0 && n >= s.config.Messages {
		return 0, false
	}
	due := s.start
	if s.config.Rate > 0 {
		due = s.start.Add(time.Duration(float64(n) / s.config.Rate * float64(time.Second)))
	}
	now := time.Now()
	if s.config.Duration > 0 && max(now.Sub(s.start), due.Sub(s.start)) >= s.config.Duration {
		return 0, false
	}
	if wait := due.Sub(now); wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.stop.Done():
			return 0, false
		}
	}
	return n, s.stop.Err() == nil
}
