package broadcast

import (
	"context"
	"fmt"
	"slices"
	"time"

	"smtpserver/app/fault"
)

// Repeat says how often those who came into the audience since get the campaign as well.
// Its zero value is never.
type Repeat struct {
	Every Interval `json:"every,omitempty"`
	At    int      `json:"at,omitempty"` // of a day: minutes after midnight, in the plan's zone
}

// Interval is the time between two rounds.
type Interval string

// The intervals.
const (
	Never  Interval = ""
	Hourly Interval = "hour"
	Daily  Interval = "day"
)

// Any reports whether there are rounds.
func (r Repeat) Any() bool { return r.Every != Never }

func (r Repeat) problem() string {
	if !slices.Contains([]Interval{Never, Hourly, Daily}, r.Every) {
		return "Choose how often it looks for new members."
	}
	if r.At < 0 || r.At >= minutesOfDay {
		return "Give a time such as 09:00."
	}
	return ""
}

// next is when the round after a moment is due.
func (r Repeat) next(after time.Time, there *time.Location) time.Time {
	if r.Every == Hourly {
		return after.Add(time.Hour)
	}
	day := after.In(there)
	for {
		at := time.Date(day.Year(), day.Month(), day.Day(), 0, r.At, 0, 0, there)
		if at.After(after) {
			return at.UTC()
		}
		day = day.AddDate(0, 0, 1)
	}
}

// Newcomers is an Audience that can tell whether a campaign which follows another would
// reach anybody: a round that reaches nobody is not made.
type Newcomers interface {
	Newcomers(ctx context.Context, c Campaign) (bool, error)
}

// roundsAtOnce bounds one look at what repeats.
const roundsAtOnce = 50

// repeat makes the rounds that are due. One campaign holds up no other.
func (s *Service) repeat(ctx context.Context) error {
	due, err := s.repeating(ctx)
	if err != nil {
		return err
	}
	for _, head := range due {
		if err := s.nextRound(ctx, head); err != nil && ctx.Err() == nil {
			s.Log.Error("a round for new members was not made; it is tried again in a moment", "campaign", head.ID, "error", err)
		}
	}
	return nil
}

func (s *Service) nextRound(ctx context.Context, head Campaign) error {
	round, ready := head.round()
	if ready {
		works, err := s.accountWorks(ctx, head)
		if err != nil {
			return err
		}
		ready = works
	}
	if who, can := s.Audiences[head.Kind].(Newcomers); ready && can {
		fresh, err := who.Newcomers(ctx, round)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.NotFound) {
			return s.stopRepeat(ctx, head, fault.SafeText(err)) // a list or segment is gone: a person must choose again
		}
		if err != nil {
			return err
		}
		ready = fresh
	}
	if err := s.makeRound(ctx, head, round, ready); err != nil {
		return fmt.Errorf("broadcast: round: %w", err)
	}
	return nil
}

// round is the campaign that goes to those who are new, and whether it may be made now: a
// paused campaign has no rounds, and one whose test is open waits for the winner.
func (c Campaign) round() (r Campaign, ready bool) {
	ready = c.FrozenAt != nil && (c.State == Sending || c.State == Done)
	r = Campaign{AccountID: c.AccountID, Kind: c.Kind}
	r.apply(c.Brief())
	r.Plan = Plan{When: Now, Zone: c.Plan.Zone, Hours: c.Plan.Hours}
	r.ParentID, r.SeriesID, r.Follows = c.ID, c.SeriesID, FollowsNew
	r.CreatedBy = c.CreatedBy
	switch {
	case !c.Tested():
	case c.Winner != NoWinner:
		r.Content, r.Test = c.Content[c.Winner:c.Winner+1], Test{}
	case c.Test.Share < 100 && c.State != Done:
		ready = false
	case c.Test.Share < 100: // nobody chose, and nobody waits for it any more
		r.Content, r.Test = c.Content[:1], Test{}
	}
	return r, ready
}
