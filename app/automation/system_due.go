package automation

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// due finds automations that are on and have somebody to look for or to move.
func (s *Service) due(ctx context.Context) (rows []Automation, err error) {
	now := s.Store.Now()
	err = s.Store.SystemRead(ctx, "find automations with something to do", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT a.* FROM automations a JOIN accounts o ON o.account_id = a.account_id AND o.state = 'active'
			WHERE a.look_at IS NOT NULL AND (a.look_at <= ? OR EXISTS (SELECT 1 FROM automation_people p
				WHERE p.account_id = a.account_id AND p.automation_id = a.automation_id AND p.state = 'waiting' AND p.next_at <= ?))
			ORDER BY a.look_at LIMIT ?`, now, now, atOnce).Scan(&rows).Error
	})
	return rows, err
}

// People implements broadcast.Audience: what the account's own campaigns know of their
// recipients; and who left the list of a welcome since gets nothing.
func (s *Service) People(ctx context.Context, c broadcast.Campaign, of []broadcast.Recipient) ([]broadcast.Person, error) {
	people, err := s.Contacts.People(ctx, c, of)
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(of))
	for i := range of {
		ids[i] = of[i].ContactID
	}
	left := map[id.ID]bool{}
	err = s.Store.SystemRead(ctx, "who left the list of a welcome", func(_ context.Context, tx *gorm.DB) error {
		among, list := store.In(tx, ids)
		var gone []id.ID
		err := tx.Raw(`SELECT x.contact_id FROM contacts x JOIN automation_campaigns k ON k.account_id = x.account_id AND k.campaign_id = ?
			JOIN automations a ON a.account_id = k.account_id AND a.automation_id = k.automation_id AND a.recipe = 'welcome'
			WHERE x.account_id = ? AND x.contact_id `+among+` AND NOT EXISTS (SELECT 1 FROM list_members m WHERE m.account_id = x.account_id AND m.list_id = a.list_id AND m.contact_id = x.contact_id)`,
			c.ID, c.AccountID, list).Scan(&gone).Error
		for _, contactID := range gone {
			left[contactID] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("automation: people: %w", err)
	}
	for i, r := range of {
		if people[i].Excluded == broadcast.Included && left[r.ContactID] {
			people[i].Excluded, people[i].Why = broadcast.Skipped, "They left the list before their turn came."
		}
	}
	return people, nil
}

// Figures are how many people stand where.
type Figures struct {
	Waiting, Finished, Stopped int64
	Steps                      map[id.ID]broadcast.Sums // of each step, all its contents together
	Held                       string                   // why mail of it does not leave while it is on; ""
}

// FiguresOf counts an automation's people, and adds up the sums of its steps' campaigns.
func (s *Service) FiguresOf(ctx context.Context, scope account.Scope, automationID id.ID) (f Figures, err error) {
	f.Steps = map[id.ID]broadcast.Sums{}
	var campaigns []campaignRow
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var counts []struct {
			State string
			N     int64
		}
		if err := tx.Model(&personRow{}).Select("state, count(*) AS n").Where("automation_id = ?", automationID).Group("state").Scan(&counts).Error; err != nil {
			return err
		}
		for _, c := range counts {
			switch c.State {
			case waiting:
				f.Waiting = c.N
			case finished:
				f.Finished = c.N
			default:
				f.Stopped = c.N
			}
		}
		campaigns, err = campaignsOf(tx, automationID)
		return err
	})
	if err != nil {
		return f, translate("figures", noAutomation, err)
	}
	ids := make([]id.ID, len(campaigns))
	for i, c := range campaigns {
		ids[i] = c.CampaignID
	}
	if f.Held, err = s.held(ctx, scope, ids); err != nil {
		return f, translate("figures", noAutomation, err)
	}
	sums, err := s.Campaigns.SumsOf(ctx, scope, ids)
	for _, c := range campaigns {
		f.Steps[c.StepID] = add(f.Steps[c.StepID], sums[c.CampaignID])
	}
	return f, err
}

func add(a, b broadcast.Sums) broadcast.Sums {
	return broadcast.Sums{
		Audience: a.Audience + b.Audience, Sent: a.Sent + b.Sent, Waiting: a.Waiting + b.Waiting, Suppressed: a.Suppressed + b.Suppressed, OptedOut: a.OptedOut + b.OptedOut,
		Invalid: a.Invalid + b.Invalid, Duplicate: a.Duplicate + b.Duplicate, Failed: a.Failed + b.Failed, Skipped: a.Skipped + b.Skipped,
		Queued: a.Queued + b.Queued, Bounced: a.Bounced + b.Bounced, Ambiguous: a.Ambiguous + b.Ambiguous, Complained: a.Complained + b.Complained,
	}
}

// held is why a campaign of an automation that is on is paused: something asks a person.
func (s *Service) held(ctx context.Context, scope account.Scope, campaigns []id.ID) (reason string, err error) {
	err = s.Store.SystemRead(ctx, "why mail of an automation does not leave", func(_ context.Context, tx *gorm.DB) error {
		among, list := store.In(tx, campaigns)
		return tx.Raw("SELECT COALESCE(max(c.reason), '') FROM campaigns c JOIN automation_campaigns k ON k.account_id = c.account_id AND k.campaign_id = c.campaign_id JOIN automations a ON a.account_id = k.account_id AND a.automation_id = k.automation_id WHERE c.account_id = ? AND c.campaign_id "+among+" AND a.state = 'on' AND (c.state = 'paused' OR c.asks <> '')",
			scope.AccountID(), list).Scan(&reason).Error
	})
	return reason, err
}
