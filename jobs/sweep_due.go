package jobs

import (
	"context"
	"time"
)

// The sweeper is the recovery from every fault of the queue, so it runs all the
// time: what is due in SQL and free gets its wake-up again.
const (
	sweepEvery = 2 * time.Second
	sweepLimit = 2000 // keeps the embedded queue shallow
)

func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		s.sweepOnce(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Server) sweepOnce(ctx context.Context) {
	due, err := s.deps.Deliverer.Due(ctx, sweepLimit)
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("sweep failed", "error", err)
		}
		return
	}
	for _, d := range due {
		s.client.rouse(wake{d.Name, d.Urgent})
	}
	if err := s.deps.Deliverer.Swept(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("a sweep was not noted", "error", err)
	}
}
