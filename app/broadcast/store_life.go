package broadcast

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// act changes a campaign's state by a person's wish, in one transaction: what they saw
// may have moved on, so the states are asked for again by the update itself. change fills
// in the columns, or returns nil when there is nothing to do.
func (s *Service) act(ctx context.Context, scope account.Scope, campaignID id.ID, action audit.Action, change func(c Campaign, now time.Time) (map[string]any, error)) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		c, err := take(tx, campaignID)
		if err != nil {
			return err
		}
		now := s.Store.Now()
		columns, err := change(c, now)
		if err != nil || columns == nil {
			return err
		}
		columns["changed_at"], columns["revision"] = now, c.Revision+1
		done := tx.Model(&Campaign{}).Where("campaign_id = ? AND state = ? AND revision = ?", campaignID, c.State, c.Revision).Updates(columns)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "The campaign has moved on meanwhile. Reload the page to see where it stands.")
		}
		return s.record(ctx, scope, action, c)
	})
	if err != nil {
		return translate("act", err)
	}
	s.Wake()
	return nil
}

// Start judges a draft and schedules it. For one that is started already it does nothing:
// a double click starts once.
func (s *Service) Start(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	c, err := s.Get(ctx, scope, campaignID)
	if err != nil {
		return err
	}
	if c.State == Draft {
		if err := s.judge(ctx, scope, c); err != nil {
			return err
		}
	}
	judged := c.Revision
	return s.act(ctx, scope, campaignID, "campaign.started", func(c Campaign, now time.Time) (map[string]any, error) {
		switch {
		case c.Ended():
			return nil, fault.New(fault.Conflict, "This campaign has ended. Copy it to send it again.")
		case c.State != Draft:
			return nil, nil
		case c.Revision != judged:
			return nil, errMoved(c)
		}
		at := c.Plan.start(now)
		columns := map[string]any{"state": Scheduled, "reason": "", "asks": Nothing, "start_at": at, "next_at": at}
		if c.Plan.Repeat.Any() {
			columns["repeat_at"] = c.Plan.Repeat.next(at, c.Plan.location())
		}
		return columns, nil
	})
}

// Withdraw makes a scheduled campaign a draft again.
func (s *Service) Withdraw(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return s.act(ctx, scope, campaignID, "campaign.withdrawn", func(c Campaign, _ time.Time) (map[string]any, error) {
		if c.State == Draft {
			return nil, nil
		}
		if c.StartedAt != nil {
			return nil, fault.New(fault.Conflict, "This campaign has begun. It can be paused or cancelled.")
		}
		if c.State != Scheduled && c.State != Paused {
			return nil, fault.New(fault.Conflict, "This campaign has ended. Copy it to send it again.")
		}
		return map[string]any{"state": Draft, "reason": "", "asks": Nothing, "start_at": nil, "next_at": nil, "repeat_at": nil}, nil
	})
}

// running are the states that a pause and a cancellation may meet.
var running = []State{Scheduled, Freezing, Sending}

// Pause lets nothing more leave, whatever waits in the queue included, until Resume.
func (s *Service) Pause(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return s.act(ctx, scope, campaignID, "campaign.paused", func(c Campaign, now time.Time) (map[string]any, error) {
		switch {
		case c.State == Paused:
			return nil, nil
		case !slices.Contains(running, c.State):
			return nil, fault.New(fault.Conflict, "Only a campaign that is scheduled or being sent can be paused.")
		}
		return map[string]any{"state": Paused, "reason": "Paused by somebody of this account.", "settled": false, "next_at": now}, nil
	})
}

// Resume goes on where the campaign was paused, and answers yes to what it asks: a
// campaign whose time is long past starts now.
func (s *Service) Resume(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return s.act(ctx, scope, campaignID, "campaign.resumed", func(c Campaign, now time.Time) (map[string]any, error) {
		asked := c.Asks != Nothing
		switch {
		case slices.Contains(running, c.State) && !asked:
			return nil, nil
		case c.State != Paused && !asked:
			return nil, fault.New(fault.Conflict, "Only a paused campaign can go on.")
		}
		columns := map[string]any{"state": c.interrupted(), "reason": "", "asks": Nothing, "settled": false, "next_at": now}
		if c.interrupted() == Scheduled {
			at := *c.StartAt
			if asked && at.Before(now) {
				at = now
				columns["start_at"] = at
			}
			columns["next_at"] = at
		}
		return columns, nil
	})
}

// interrupted is the state in which a pause met the campaign.
func (c Campaign) interrupted() State {
	switch {
	case c.FrozenAt != nil:
		return Sending
	case c.StartedAt != nil:
		return Freezing
	}
	return Scheduled
}

// Cancel ends a campaign: who waits is skipped.
func (s *Service) Cancel(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	return s.act(ctx, scope, campaignID, "campaign.cancelled", func(c Campaign, now time.Time) (map[string]any, error) {
		switch {
		case c.State == Cancelled:
			return nil, nil
		case c.State == Draft:
			return nil, fault.New(fault.Conflict, "A draft can be removed.")
		case c.State == Done:
			return nil, fault.New(fault.Conflict, "This campaign has ended.")
		}
		return map[string]any{"state": Cancelled, "reason": "Cancelled by somebody of this account.", "asks": Nothing, "settled": false, "next_at": now, "repeat_at": nil}, nil
	})
}

// Choose makes a variant the winner of the test.
func (s *Service) Choose(ctx context.Context, scope account.Scope, campaignID id.ID, variant int) error {
	return s.act(ctx, scope, campaignID, "campaign.winner_chosen", func(c Campaign, now time.Time) (map[string]any, error) {
		switch {
		case !c.Tested() || variant < 0 || variant >= len(c.Content):
			return nil, fault.Field("variant", "Choose one of the variants.")
		case c.Winner == variant:
			return nil, nil
		case c.Winner != NoWinner || c.Ended() || c.State == Draft:
			return nil, fault.New(fault.Conflict, "The test is over, or has not begun.")
		}
		columns := map[string]any{"winner": variant}
		if c.State == Sending {
			columns["next_at"] = now
		}
		return columns, nil
	})
}
