package automation

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// campaignRow is the campaign that a step sends with.
type campaignRow struct {
	AccountID    id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	AutomationID id.ID  `gorm:"primaryKey"`
	StepID       id.ID  `gorm:"primaryKey"`
	Round        string `gorm:"primaryKey"`
	Revision     int64  `gorm:"primaryKey"`
	CampaignID   id.ID
}

// TableName implements gorm's Tabler.
func (campaignRow) TableName() string { return "automation_campaigns" }

// TurnOn judges every step as if it were sent now, and starts. Who fits already is not
// written to; who waited from before goes on.
func (s *Service) TurnOn(ctx context.Context, scope account.Scope, automationID id.ID) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		a, err := take(tx, automationID)
		switch {
		case err != nil:
			return err
		case a.State == On:
			return nil
		case len(a.Steps) == 0:
			return fault.New(fault.Invalid, "It has no step yet. Write the first mail.")
		}
		now := s.Store.Now()
		for i, step := range a.Steps {
			if err := s.campaignOf(ctx, scope, tx, a, step, a.round(now)); err != nil {
				return inStep(i+1, err)
			}
		}
		done := tx.Model(&Automation{}).Where("automation_id = ? AND revision = ? AND state = ?", automationID, a.Revision, Off).
			Updates(map[string]any{"state": On, "on_since": now, "seen_until": now, "place": "", "look_at": now, "changed_at": now})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody else has changed this automation meanwhile. Reload the page to see what it says now.")
		}
		return s.record(ctx, scope, "automation.turned_on", a)
	})
	return translate("turn on", noAutomation, err)
}

// inStep says in which step something is wrong.
func inStep(n int, err error) error {
	if fields := fault.FieldsOf(err); fields != nil {
		for _, text := range fields {
			return fault.New(fault.Invalid, fmt.Sprintf("Step %d: %s", n, text))
		}
	}
	if fault.Is(err, fault.Internal) {
		return err
	}
	return fault.Wrap(fault.Invalid, fmt.Sprintf("Step %d: %s", n, fault.SafeText(err)), err)
}

// TurnOff lets nobody in and nothing out. What is handed over already is held back by the
// engine, until it is turned on again.
func (s *Service) TurnOff(ctx context.Context, scope account.Scope, automationID id.ID) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		a, err := take(tx, automationID)
		if err != nil || a.State == Off {
			return err
		}
		done := tx.Model(&Automation{}).Where("automation_id = ? AND state = ?", automationID, On).Updates(map[string]any{"state": Off, "look_at": nil, "changed_at": s.Store.Now()})
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		rows, err := campaignsOf(tx, automationID)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := s.Campaigns.Pause(ctx, scope, r.CampaignID); err != nil && !fault.Is(err, fault.Conflict) {
				return err
			}
		}
		return s.record(ctx, scope, "automation.turned_off", a)
	})
	return translate("turn off", noAutomation, err)
}

func campaignsOf(tx *gorm.DB, automationID id.ID) (rows []campaignRow, err error) {
	return rows, tx.Where("automation_id = ?", automationID).Order("step_id, round, revision").Find(&rows).Error
}

// closeCampaigns ends what an automation sends with.
func (s *Service) closeCampaigns(ctx context.Context, scope account.Scope, tx *gorm.DB, a Automation) error {
	rows, err := campaignsOf(tx, a.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.Campaigns.Cancel(ctx, scope, r.CampaignID); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// finish lets an older content go out to whom it was promised, and ends it when nobody is left.
func (s *Service) finish(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	sums, err := s.Campaigns.Sums(ctx, scope, campaignID)
	if err != nil {
		return err
	}
	if sums.Waiting > 0 {
		err = s.Campaigns.Resume(ctx, scope, campaignID)
	} else {
		err = s.Campaigns.Cancel(ctx, scope, campaignID)
	}
	if fault.Is(err, fault.Conflict) {
		return nil // it goes on, or has ended
	}
	return err
}

// campaignOf sees to the campaign that the step sends with: the one of its present content,
// going on if it was paused, or a new one; what sent an older content ends.
func (s *Service) campaignOf(ctx context.Context, scope account.Scope, tx *gorm.DB, a Automation, step Step, round string) error {
	rows, err := campaignsOf(tx, a.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		switch {
		case r.StepID != step.ID || r.Round != round:
		case r.Revision == step.Revision:
			err := s.Campaigns.Resume(ctx, scope, r.CampaignID)
			if fault.Is(err, fault.Conflict) {
				err = nil // it was not paused
			}
			return err
		default:
			if err := s.finish(ctx, scope, r.CampaignID); err != nil {
				return err
			}
		}
	}
	audience, err := json.Marshal(map[string]id.ID{"automation": a.ID, "step": step.ID})
	if err != nil {
		return fmt.Errorf("automation: audience: %w", err)
	}
	c, err := s.Campaigns.Create(ctx, scope, broadcast.Brief{
		Kind: broadcast.Automation, Name: a.Name, Audience: audience, DomainID: a.DomainID, FromName: a.FromName, FromLocal: a.FromLocal, ReplyTo: a.ReplyTo, TopicID: a.TopicID,
		Content: []broadcast.Variant{{Source: step.Content}}, TrackOpens: a.TrackOpens, TrackClicks: a.TrackClicks, Plan: broadcast.Plan{When: broadcast.Now},
	})
	if err != nil {
		return err
	}
	if err := s.Campaigns.Start(ctx, scope, c.ID); err != nil {
		return err
	}
	return tx.Create(&campaignRow{AutomationID: a.ID, StepID: step.ID, Round: round, Revision: step.Revision, CampaignID: c.ID}).Error
}
