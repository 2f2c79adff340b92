package broadcast

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// makeRound moves the head on to its next look and stores a round, in one transaction: of
// two workers the second finds it moved. A round waits while another one of the series has
// not frozen its audience: who is new is known only then.
func (s *Service) makeRound(ctx context.Context, head, round Campaign, ready bool) error {
	scope := s.ScopeOf(head.AccountID)
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		now := s.Store.Now()
		moved := tx.Model(&Campaign{}).Where("campaign_id = ? AND repeat_at <= ?", head.ID, now).Update("repeat_at", head.Plan.Repeat.next(now, head.Plan.location()))
		if moved.Error != nil || moved.RowsAffected == 0 || !ready {
			return moved.Error
		}
		open, err := unfrozen(tx, head.SeriesID, "")
		if err != nil || open > 0 {
			return err
		}
		var rounds int64
		if err := tx.Model(&Campaign{}).Where("series_id = ? AND round > 0", head.SeriesID).Count(&rounds).Error; err != nil {
			return err
		}
		round.ID, round.State, round.Winner, round.Revision, round.Settled = id.New(), Scheduled, NoWinner, 1, true
		round.Round = int(rounds) + 1
		round.Name = cut(fmt.Sprintf("%s: round %d", head.Name, round.Round))
		round.CreatedAt, round.ChangedAt, round.StartAt, round.NextAt = now, now, &now, &now
		if err := tx.Create(&round).Error; err != nil {
			return err
		}
		if err := tx.Create(&totals{CampaignID: round.ID}).Error; err != nil {
			return err
		}
		return s.audit.System(ctx, head.AccountID, audit.Entry{Action: "campaign.repeated", Object: audit.Object{ID: round.ID, Name: round.Name}})
	})
}

// unfrozen counts the campaigns of a series, besides one, whose audience is being written
// down or is about to be.
func unfrozen(tx *gorm.DB, seriesID, besides id.ID) (n int64, err error) {
	err = tx.Model(&Campaign{}).Where("series_id = ? AND campaign_id <> ? AND follows = ? AND frozen_at IS NULL", seriesID, besides, FollowsNew).
		Where("state IN ?", []State{Scheduled, Freezing, Paused}).Count(&n).Error
	return n, err
}

// stopRepeat ends the rounds of a campaign that cannot have any.
func (s *Service) stopRepeat(ctx context.Context, head Campaign, why string) error {
	scope := s.ScopeOf(head.AccountID)
	return s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Model(&Campaign{}).Where("campaign_id = ?", head.ID).Update("repeat_at", nil).Error; err != nil {
			return err
		}
		return s.audit.System(ctx, head.AccountID, audit.Entry{Action: "campaign.repeat_stopped", Object: audit.Object{ID: head.ID, Name: head.Name}, After: audit.Values{"reason": why}})
	})
}

// SetRepeat says how often a campaign that was started goes to new members; the zero Repeat
// ends it. Rounds that are under way go on: each can be paused and cancelled by itself.
func (s *Service) SetRepeat(ctx context.Context, scope account.Scope, campaignID id.ID, r Repeat) error {
	if text := r.problem(); text != "" {
		return fault.Field("repeat", text)
	}
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		c, err := take(tx, campaignID)
		switch {
		case err != nil:
			return err
		case c.Kind != ToContacts || c.Round > 0:
			return fault.New(fault.Conflict, "Only a campaign that a person made can go to new members by itself.")
		case c.State == Draft || c.State == Cancelled:
			return fault.New(fault.Conflict, "Only a campaign that was started can go to new members.")
		}
		now := s.Store.Now()
		c.Plan.Repeat, c.RepeatAt, c.ChangedAt = r, nil, now
		action := audit.Action("campaign.repeat_stopped")
		if r.Any() {
			next := r.next(now, c.Plan.location())
			c.RepeatAt, action = &next, "campaign.repeat_set"
		}
		done := tx.Model(&Campaign{}).Where("campaign_id = ? AND state = ?", campaignID, c.State).Select("Plan", "RepeatAt", "ChangedAt").Updates(c)
		if done.Error == nil && done.RowsAffected == 0 {
			return errMoved(c)
		}
		if done.Error != nil {
			return done.Error
		}
		return s.record(ctx, scope, action, c)
	})
	if err != nil {
		return translate("repeat", err)
	}
	return nil
}

// Rounds returns the rounds that a campaign made by itself, the newest first.
func (s *Service) Rounds(ctx context.Context, scope account.Scope, c Campaign, limit int) (rows []Campaign, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("series_id = ? AND parent_id = ? AND round > 0", c.SeriesID, c.ID).Order("campaign_id DESC").Limit(limit).Find(&rows).Error
	})
	return rows, translate("rounds", err)
}

// roundWait is how long a round waits for another one of its series to know its audience.
const roundWait = 5 * time.Second
