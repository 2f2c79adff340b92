package broadcast

import (
	"context"
	"fmt"
	"time"
)

// Bounds of the hand-over.
const (
	batchRows   = 500    // messages of one transaction
	aheadPlace  = 4_000  // handed over for one destination and not tried yet
	aheadAll    = 20_000 // and for all of them
	vainBatches = 40     // read in a row without anybody whose destination has room
	roomTime    = time.Second
	mostPatient = time.Minute // between two looks at what is still being tried
)

// send hands over who is due, decides the test, and ends the campaign when nobody is left.
func (s *Service) send(ctx context.Context, c *Campaign) (next time.Time, err error) {
	if next, err = s.settle(ctx, c); err != nil || !c.Settled {
		return next, err
	}
	if err = s.decide(ctx, c); err != nil {
		return next, err
	}
	t, err := s.totalsOf(ctx, c.AccountID, c.ID)
	if err != nil {
		return next, err
	}
	if t.Waiting == 0 {
		if t.queued() == 0 && c.Kind != Automation {
			return time.Time{}, s.complete(ctx, c, t)
		}
		return s.later(*c.FrozenAt), nil
	}
	if err := s.look(ctx, c); err != nil {
		return next, err
	}
	if next, err = s.sampled(ctx, c, t); err != nil || !next.IsZero() {
		return next, err
	}
	zones, err := s.zones(ctx, *c)
	if err != nil {
		return next, err
	}
	h, err := s.newHandOver(ctx, *c)
	if err != nil {
		return next, stopping(err)
	}
	w := c.Plan.window(s.Store.Now(), *c.StartAt, t.Audience, zones)
	full := false
	for _, zone := range w.zones {
		switch p, err := h.zone(ctx, zone, w.upTo); {
		case err != nil:
			return next, err
		case p == timeOver:
			return s.Store.Now(), nil
		case p == noRoom:
			full = true
		}
	}
	switch {
	case full:
		return s.Store.Now().Add(roomTime), nil
	case !w.next.IsZero():
		return w.next, nil
	case c.Sample > 0:
		return s.sampleOver(ctx, c)
	case c.testedBands() < bands:
		return s.await(ctx, c)
	}
	return s.Store.Now().Add(roomTime), nil // ended, or somebody came: the next look tells
}

// later is when to look again at what is still being tried: soon in the beginning, when it
// ends any moment, and seldom when it waits for servers.
func (s *Service) later(since time.Time) time.Time {
	now := s.Store.Now()
	return now.Add(min(max(now.Sub(since)/20, time.Second), mostPatient))
}

// decides reports whether a test decides itself.
func (s *Service) decides(c Campaign) bool { return c.Test.After > 0 && s.Results != nil }

// await lets the rest of the audience wait for the winner of the test.
func (s *Service) await(ctx context.Context, c *Campaign) (next time.Time, err error) {
	now := s.Store.Now()
	if c.TestedAt == nil {
		reason := "The test is sent. The rest of the audience waits for you to choose the winner."
		if s.decides(*c) {
			reason = fmt.Sprintf("The test is sent. The rest of the audience gets the winner at %s UTC, or as soon as you choose it.", now.Add(c.Test.After).UTC().Format("2 January 15:04"))
		}
		if err := s.testOver(ctx, c, now, reason); err != nil {
			return next, err
		}
	}
	if s.decides(*c) {
		return c.TestedAt.Add(c.Test.After), nil
	}
	return now.Add(mostPatient), nil
}

// decide finds the winner of a test whose time is over.
func (s *Service) decide(ctx context.Context, c *Campaign) error {
	if c.TestedAt == nil || c.Winner != NoWinner || !s.decides(*c) || s.Store.Now().Before(c.TestedAt.Add(c.Test.After)) {
		return nil
	}
	results, err := s.Results.Variants(ctx, *c)
	if err == nil && len(results) != len(c.Content) {
		err = fmt.Errorf("broadcast: %d results of %d variants", len(results), len(c.Content))
	}
	if err != nil {
		return err
	}
	return s.won(ctx, c, best(c.Test.By, results))
}
