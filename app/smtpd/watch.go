package smtpd

import (
	"context"
	"fmt"
	"time"
)

// watch looks at all open sessions every second. One goroutine for all,
// instead of a timer in each of ten thousand sessions; and asking the Sender rather
// than being told finds revocations that another process made. The Sender answers
// from memory nearly always. When it cannot, the look ends in time for the next one
// and the session stays: trouble of ours ends nobody's session.
func (s *Server) watch() {
	tick := time.NewTicker(s.o.Timeouts.Valid)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.look()
		}
	}
}

func (s *Server) look() {
	defer func() { // a Sender's bug must not take the server down
		if cause := recover(); cause != nil {
			s.o.Log.Error("a look at open sessions panicked", "panic", fmt.Sprint(cause))
		}
	}()
	ctx, cancel := context.WithTimeout(s.life, s.o.Timeouts.Valid)
	defer cancel()
	crowded := s.gate.crowded()
	for _, x := range s.open() {
		if crowded {
			x.hurry()
		}
		if sender := x.authenticated(); sender != nil && isRevoked(ctx, sender) {
			x.endIfIdle()
		}
		if s.isStopping() {
			return
		}
	}
}

func isRevoked(ctx context.Context, sender Sender) bool {
	err := sender.Valid(ctx)
	return err != nil && !isOurs(err)
}
