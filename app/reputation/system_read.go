package reputation

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// CountHeld counts accounts whose mail is slowed or held.
func (s *Service) CountHeld(ctx context.Context) (n int64, err error) {
	err = s.store.SystemRead(ctx, "count accounts whose mail is slowed or held", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM standings WHERE (level > 0 OR suspended OR stopped) AND (level > 1 OR suspended OR stopped)").Scan(&n).Error
	})
	return n, translate("count", err)
}

// Stopped is why nothing leaves for anybody.
type Stopped struct {
	Staff  id.ID
	Reason string
	Since  time.Time
}

// Emergency returns why everything is stopped; nil when it is not.
func (s *Service) Emergency(ctx context.Context) (e *Stopped, err error) {
	var rows []Stopped
	err = s.store.SystemRead(ctx, "see whether everything is stopped", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT staff, reason, since FROM emergency_stop").Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return nil, translate("emergency", err)
	}
	return &rows[0], nil
}

// Picture is all that is known of how an account stands.
type Picture struct {
	Standing
	AccountID     id.ID
	Account       string
	Broadcast     Figures
	Transactional Figures
	PerMinute     int // of broadcast mail while it is slowed
	Case          *Case
	Steps         []Step // the newest first
	Notes         []Note // the newest first
	New           bool   // the limits of new accounts are for it
	Start         Start
	People        map[id.ID]string // of staff and authors
	Campaigns     []Halted         // that wait for staff
}

// Halted is a campaign that was paused because of its figures.
type Halted struct {
	CampaignID id.ID
	Name       string
}

const mostSteps = 100

// Own is the picture that an account's own people see: without staff's notes.
func (s *Service) Own(ctx context.Context, accountID id.ID) (p Picture, err error) {
	p, err = s.Picture(ctx, accountID)
	seen := p.Notes[:0]
	for _, n := range p.Notes {
		if n.Kind == Appeal || n.Kind == Answer {
			seen = append(seen, n)
		}
	}
	p.Notes, p.People = seen, nil
	return p, err
}

// Picture is what staff see.
func (s *Service) Picture(ctx context.Context, accountID id.ID) (p Picture, err error) {
	err = s.store.SystemRead(ctx, "show how an account stands", func(_ context.Context, tx *gorm.DB) error {
		p = Picture{AccountID: accountID, People: map[id.ID]string{}}
		var kind string
		if err := tx.Raw("SELECT name, kind FROM accounts WHERE account_id = ?", accountID).Row().Scan(&p.Account, &kind); err != nil {
			return noAccount
		}
		var err error
		if p.Standing, err = standingOf(tx, accountID); err != nil {
			return err
		}
		now := s.store.Now()
		h, err := historyOf(tx, accountID, now)
		if err != nil {
			return err
		}
		p.Broadcast, p.Transactional = h.at(now, message.Broadcast, p.CountedFrom), h.at(now, message.Transactional, p.CountedFrom)
		if err := tx.Raw("SELECT per_minute FROM sending_guards WHERE account_id = ? AND cause = ?", accountID, byFigures).Scan(&p.PerMinute).Error; err != nil {
			return err
		}
		if err := tx.Where("account_id = ?", accountID).Order("step_id DESC").Limit(mostSteps).Find(&p.Steps).Error; err != nil {
			return err
		}
		if err := tx.Where("account_id = ?", accountID).Order("note_id DESC").Limit(mostSteps).Find(&p.Notes).Error; err != nil {
			return err
		}
		var cases []Case
		if err := tx.Where("account_id = ?", accountID).Order("case_id DESC").Limit(1).Find(&cases).Error; err != nil {
			return err
		}
		if len(cases) > 0 {
			p.Case = &cases[0]
		}
		if s.NewLimits && !p.Trusted {
			if p.New, err = s.isNew(tx, accountID); err != nil {
				return err
			}
			if err := tx.Where("account_id = ?", accountID).Limit(1).Find(&p.Start).Error; err != nil {
				return err
			}
			if today := message.DayOf(now); p.Start.Day < today {
				p.Start.Taken = 0
			}
		}
		err = tx.Raw(`SELECT DISTINCT c.campaign_id, c.name FROM standing_steps h JOIN campaigns c ON c.account_id = h.account_id AND c.campaign_id = h.campaign_id
			WHERE h.account_id = ? AND h.kind IN ? AND c.state = 'paused' ORDER BY c.campaign_id`, accountID, []Kind{StepCampaign, StepContent}).Scan(&p.Campaigns).Error
		if err != nil {
			return err
		}
		return people(tx, &p)
	})
	return p, translate("show", err)
}

// people names who took steps and wrote notes.
func people(tx *gorm.DB, p *Picture) error {
	var ids []id.ID
	for _, s := range p.Steps {
		ids = append(ids, s.Staff)
	}
	for _, n := range p.Notes {
		ids = append(ids, n.Author)
	}
	var rows []struct {
		UserID id.ID
		Email  string
	}
	err := tx.Raw("SELECT user_id, email FROM users WHERE user_id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		p.People[r.UserID] = r.Email
	}
	return err
}

// ListedCase is a case with whose it is and where that account stands.
type ListedCase struct {
	Case
	Account   string
	Level     Level
	Suspended bool
	Stopped   bool
	LiftAsked bool // a second person has to agree
	Appealed  bool // the customer wrote last
}

// Cases lists cases, the newest first: the open ones, or all.
func (s *Service) Cases(ctx context.Context, all bool, before id.ID, limit int) (list []ListedCase, err error) {
	err = s.store.SystemRead(ctx, "list cases for staff", func(_ context.Context, tx *gorm.DB) error {
		sql, args := "closed_at IS NULL", []any{}
		if all {
			sql = "1 = 1"
		}
		if !before.IsZero() {
			sql, args = sql+" AND c.case_id < ?", append(args, before)
		}
		return tx.Raw(`SELECT c.account_id, c.case_id, c.opened_by, c.opened_at, c.closed_at, a.name AS account, s.level, s.suspended, s.stopped,
			EXISTS (SELECT 1 FROM approvals q WHERE q.kind = 'suspension.lift' AND q.object = c.account_id AND q.answer = '' AND q.expires_at > ?) AS lift_asked,
			COALESCE((SELECT n.kind = 'appeal' FROM standing_notes n WHERE n.account_id = c.account_id AND n.case_id = c.case_id AND n.kind IN ('appeal', 'answer') ORDER BY n.note_id DESC LIMIT 1), false) AS appealed
			FROM standing_cases c JOIN accounts a ON a.account_id = c.account_id JOIN standings s ON s.account_id = c.account_id
			WHERE `+sql+" ORDER BY c.case_id DESC LIMIT ?", append(append([]any{s.store.Now()}, args...), limit)...).Scan(&list).Error
	})
	return list, translate("list cases", err)
}

// Brief is a standing in a line, for banners on every page; nil when nothing is the matter.
func (s *Service) Brief(ctx context.Context, accountID id.ID) (*Standing, error) {
	var st Standing
	err := s.store.SystemRead(ctx, "see whether an account's mail is held", func(_ context.Context, tx *gorm.DB) (err error) {
		st, err = standingOf(tx, accountID)
		return err
	})
	if err != nil || st.Level == Good && !st.Suspended && !st.Stopped {
		return nil, translate("brief", err)
	}
	return &st, nil
}
