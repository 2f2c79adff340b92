package automation

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// mailRow says that a person got a step.
type mailRow struct {
	AccountID    id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	AutomationID id.ID  `gorm:"primaryKey"`
	StepID       id.ID  `gorm:"primaryKey"`
	Round        string `gorm:"primaryKey"`
	Address      string `gorm:"primaryKey"`
	CampaignID   id.ID
	At           time.Time
}

// TableName implements gorm's Tabler.
func (mailRow) TableName() string { return "automation_mails" }

// perTurn bounds the people of one transaction.
const perTurn = 300

// duePerson is a person whose next step is due, with what would stop them.
type duePerson struct {
	Row                                                        personRow `gorm:"embedded"`
	Gone, Moved, OffList, OptedOut, Suppressed, OffTopic, Back bool
}

// asked reads who is due. The contact they were must still have the address, and nothing
// may keep mail from them; the engine asks once more at each attempt.
const asked = `SELECT p.*, c.contact_id IS NULL AS gone, COALESCE(c.address <> p.address, false) AS moved,
	COALESCE(s.opted_out, false) AS opted_out, s.address IS NOT NULL AS suppressed,
	t.address IS NOT NULL OR l.address IS NOT NULL AS off_topic,
	CASE WHEN a.recipe = 'welcome' THEN NOT EXISTS (SELECT 1 FROM list_members m WHERE m.account_id = p.account_id AND m.list_id = a.list_id AND m.contact_id = p.contact_id) ELSE false END AS off_list,
	CASE WHEN a.recipe = 'winback' THEN EXISTS (SELECT 1 FROM deliveries d JOIN visits x ON x.account_id = d.account_id AND x.message_id = d.message_id
		WHERE d.account_id = p.account_id AND d.recipient_key = p.address AND x.human > 0 AND x.last_at > p.entered_at) ELSE false END AS back
	FROM automation_people p
	JOIN automations a ON a.account_id = p.account_id AND a.automation_id = p.automation_id
	LEFT JOIN contacts c ON c.account_id = p.account_id AND c.contact_id = p.contact_id
	LEFT JOIN suppressions s ON s.account_id = p.account_id AND s.stream = 'broadcast' AND s.address = p.address AND (s.ends_at IS NULL OR s.ends_at > ?)
	LEFT JOIN topic_choices t ON t.account_id = p.account_id AND t.topic_id = a.topic_id AND t.address = p.address AND t.choice = 'out'
	LEFT JOIN topic_suppressions l ON l.account_id = p.account_id AND l.topic_id = a.topic_id AND l.address = p.address
	WHERE p.account_id = ? AND p.automation_id = ? AND p.state = 'waiting' AND p.next_at <= ? ORDER BY p.next_at LIMIT ?`

// why is what stops a person; "" when nothing does.
func (p duePerson) why() string {
	switch {
	case p.Gone:
		return "The contact was removed."
	case p.Moved:
		return "The contact has another address now."
	case p.OptedOut:
		return "They unsubscribed."
	case p.Suppressed:
		return "Their address is on the suppression list."
	case p.OffTopic:
		return "They left the topic."
	case p.OffList:
		return "They left the list."
	case p.Back:
		return "They opened or clicked a mail."
	}
	return ""
}

// advance moves people who are due by one step, all in one transaction that holds the
// automation: of two workers one waits and finds nobody due any more. more says that
// others are left.
func (s *Service) advance(ctx context.Context, a Automation) (more bool, err error) {
	err = s.Store.SystemWrite(ctx, "move people of an automation along", func(ctx context.Context, tx *gorm.DB) error {
		fresh, err := s.hold(tx, a)
		if err != nil || fresh == nil {
			return err
		}
		now := s.Store.Now()
		var people []duePerson
		if err := tx.Raw(asked, now, a.AccountID, a.ID, now, perTurn).Scan(&people).Error; err != nil {
			return err
		}
		more = len(people) == perTurn
		batches := map[batch][]broadcast.Recipient{}
		var order []batch
		for _, p := range people {
			b, r, err := s.move(tx, *fresh, p, now)
			if err != nil {
				return err
			}
			if r == nil {
				continue
			}
			if batches[b] == nil {
				order = append(order, b)
			}
			batches[b] = append(batches[b], *r)
		}
		return s.append(ctx, tx, *fresh, order, batches, now)
	})
	return more, err
}

// batch is one step in one round.
type batch struct {
	step  id.ID
	round string
}

// move writes what becomes of one person, and returns them when they get the step.
func (s *Service) move(tx *gorm.DB, a Automation, p duePerson, now time.Time) (b batch, r *broadcast.Recipient, err error) {
	step, ok := a.after(p.Row.Position)
	if why := p.why(); why != "" || !ok {
		state := stopped
		if why == "" {
			state = finished
		}
		return b, nil, s.set(tx, p, map[string]any{"state": state, "why": why, "ended_at": now})
	}
	change := map[string]any{"position": step.Position}
	if next, ok := a.after(step.Position); ok {
		change["next_at"] = now.Add(days(next.WaitDays))
	} else {
		change["state"], change["ended_at"] = finished, now
	}
	if err := s.set(tx, p, change); err != nil {
		return b, nil, err
	}
	return batch{step.ID, p.Row.Round}, &broadcast.Recipient{ContactID: p.Row.ContactID, Address: p.Row.Address}, nil
}

func (s *Service) set(tx *gorm.DB, p duePerson, change map[string]any) error {
	return tx.Model(&personRow{}).Where("account_id = ? AND automation_id = ? AND round = ? AND address = ? AND state = ?", p.Row.AccountID, p.Row.AutomationID, p.Row.Round, p.Row.Address, waiting).Updates(change).Error
}

// append adds the people to their steps' campaigns, each who has not got the step.
func (s *Service) append(ctx context.Context, tx *gorm.DB, a Automation, order []batch, batches map[batch][]broadcast.Recipient, now time.Time) error {
	for _, b := range order {
		campaignID, err := s.openFor(tx, a, b)
		if err != nil {
			return err
		}
		var fresh []broadcast.Recipient
		for _, r := range batches[b] {
			row := mailRow{AccountID: a.AccountID, AutomationID: a.ID, StepID: b.step, Round: b.round, Address: r.Address, CampaignID: campaignID, At: now}
			once := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
			if once.Error != nil {
				return once.Error
			}
			if once.RowsAffected == 1 {
				fresh = append(fresh, r)
			}
		}
		if err := s.Campaigns.Append(ctx, a.AccountID, campaignID, fresh); err != nil {
			return err
		}
	}
	return nil
}

// openFor is the campaign that the step sends with in a round; a new year's is made.
func (s *Service) openFor(tx *gorm.DB, a Automation, b batch) (id.ID, error) {
	for _, step := range a.Steps {
		if step.ID != b.step {
			continue
		}
		var rows []campaignRow
		err := tx.Raw("SELECT * FROM automation_campaigns WHERE account_id = ? AND automation_id = ? AND step_id = ? AND round = ? AND revision = ?", a.AccountID, a.ID, step.ID, b.round, step.Revision).Scan(&rows).Error
		if err != nil {
			return "", err
		}
		if len(rows) > 0 {
			return rows[0].CampaignID, nil
		}
		return "", errNotMade
	}
	return "", store.ErrNotFound
}

// errNotMade says that the campaigns of a round have to be made first.
var errNotMade = errors.New("automation: the campaign of this round is not there yet")
