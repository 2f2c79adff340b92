package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/submission"
)

// Bounds of one sweep.
const (
	turnTime  = 5 * time.Second  // then another campaign has its turn
	sweepTime = 60 * time.Second // then a worker's slot is free for something else
	againTime = 5 * time.Second  // after a fault of ours
)

// Sweep does what is due: it starts campaigns, freezes audiences, hands recipients over,
// decides tests, and ends what is complete. Any number of workers may call it at once;
// one process works on a few campaigns, and lets further calls return at once.
func (s *Service) Sweep(ctx context.Context) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return nil
	}
	began := s.Store.Now()
	if err := s.repeat(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil && s.Store.Now().Sub(began) < sweepTime {
		c, found, err := s.claim(ctx)
		if err != nil || !found {
			return err
		}
		s.work(ctx, c)
	}
	return nil
}

// work does what the campaign's state asks for and gives it back.
func (s *Service) work(ctx context.Context, c Campaign) {
	defer func() {
		if cause := recover(); cause != nil {
			s.Log.Error("the work on a campaign panicked", "campaign", c.ID, "panic", fmt.Sprint(cause))
			s.giveBack(ctx, c, s.Store.Now().Add(againTime))
		}
	}()
	next, err := s.advance(ctx, &c)
	var stop *stopped
	switch {
	case err == nil, errors.Is(err, errLost):
	case isLater(err):
		later, _ := submission.IsLater(err)
		if next = later.At; s.wait(ctx, c, fault.SafeText(err)) != nil {
			next = s.Store.Now().Add(againTime)
		}
	case errors.As(err, &stop):
		if err = s.stop(ctx, c, *stop); err == nil || errors.Is(err, errLost) {
			return
		}
		fallthrough
	default:
		if ctx.Err() == nil {
			s.Log.Error("the work on a campaign stopped; it goes on in a moment", "campaign", c.ID, "error", err)
		}
		next = s.Store.Now().Add(againTime)
	}
	s.giveBack(ctx, c, next)
}

func isLater(err error) bool {
	_, later := submission.IsLater(err)
	return later
}

func (s *Service) giveBack(ctx context.Context, c Campaign, next time.Time) {
	if err := s.release(context.WithoutCancel(ctx), c, next); err != nil {
		s.Log.Warn("a campaign was not given back; its lease ends by itself", "campaign", c.ID, "error", err)
	}
}

// stopped means that the campaign cannot go on before a person has done something.
type stopped struct {
	asks   Question
	reason string
}

// Error implements error.
func (e *stopped) Error() string { return "broadcast: stopped: " + e.reason }

// stopping turns a fault that a person can mend into a stop, and leaves others.
func stopping(err error) error {
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Forbidden, fault.NotFound, fault.Conflict:
		return &stopped{reason: fault.SafeText(err)}
	}
	return err
}

// advance works until the campaign is as far as it can be at the moment, or its turn is
// over. It returns when to look again.
func (s *Service) advance(ctx context.Context, c *Campaign) (next time.Time, err error) {
	now := s.Store.Now()
	if err := s.mayGoOn(ctx, *c, now); err != nil {
		return next, err
	}
	switch c.State {
	case Scheduled:
		if err := s.begin(ctx, c); errors.Is(err, errAnother) {
			return s.Store.Now().Add(roundWait), nil
		} else if err != nil {
			return next, err
		}
		fallthrough
	case Freezing:
		if err := s.freeze(ctx, c); err != nil || c.State == Freezing {
			return s.Store.Now(), err
		}
		fallthrough
	case Sending:
		return s.send(ctx, c)
	case Paused:
		return s.settle(ctx, c)
	case Cancelled:
		return s.windUp(ctx, c)
	}
	return next, nil
}

// mayGoOn asks a person where a campaign should not go on by itself: nobody has looked at
// it for long although it was due, so the database may be an old one, and what is said in
// it may be known or untrue by now.
func (s *Service) mayGoOn(ctx context.Context, c Campaign, now time.Time) error {
	if c.State == Paused || c.State == Cancelled {
		return nil
	}
	if late := now.Sub(*c.NextAt); late > mostLate {
		return &stopped{AsksLate, fmt.Sprintf("It was due %s UTC, more than six hours ago, and nobody was at work then. Is it still to be sent?", c.NextAt.UTC().Format("2 January 15:04"))}
	}
	active, err := s.accountWorks(ctx, c)
	if err == nil && !active {
		return &stopped{reason: "This account is paused."}
	}
	return err
}
