package broadcast

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

const noCampaign = "There is no such campaign."

func translate(step string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, store.ErrNotFound):
		return fault.Wrap(fault.NotFound, noCampaign, err)
	}
	return fmt.Errorf("broadcast: %s: %w", step, err)
}

// Create stores a draft.
func (s *Service) Create(ctx context.Context, scope account.Scope, b Brief) (Campaign, error) {
	c := Campaign{Kind: b.Kind}
	if err := b.check(); err != nil {
		return c, err
	}
	c.apply(b)
	return s.insert(ctx, scope, c)
}

func (s *Service) insert(ctx context.Context, scope account.Scope, c Campaign) (Campaign, error) {
	accountID, err := scope.Account()
	if err != nil {
		return c, err
	}
	_, who := scope.Who()
	now := s.Store.Now()
	c.AccountID, c.ID, c.State, c.Winner, c.Revision, c.Settled = accountID, id.New(), Draft, NoWinner, 1, true
	c.CreatedBy, c.CreatedAt, c.ChangedAt = who, now, now
	if c.SeriesID.IsZero() {
		c.SeriesID = c.ID
	}
	err = s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
		if err := tx.Create(&totals{AccountID: c.AccountID, CampaignID: c.ID}).Error; err != nil {
			return err
		}
		return s.record(ctx, scope, "campaign.created", c)
	})
	return c, translate("create", err)
}

func (s *Service) record(ctx context.Context, scope account.Scope, action audit.Action, c Campaign) error {
	return s.audit.Record(ctx, scope, audit.Entry{Action: action, Object: audit.Object{ID: c.ID, Name: c.Name}})
}

// Change stores what a person changed of a draft. revision is the one that they saw: when
// somebody else was faster, nothing changes and the fault is Conflict.
func (s *Service) Change(ctx context.Context, scope account.Scope, campaignID id.ID, revision int64, b Brief) error {
	if err := b.check(); err != nil {
		return err
	}
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		c, err := take(tx, campaignID)
		if err != nil {
			return err
		}
		c.apply(b)
		c.Revision, c.ChangedAt = revision+1, s.Store.Now()
		done := tx.Model(&Campaign{}).Where("campaign_id = ? AND state = ? AND revision = ?", campaignID, Draft, revision).
			Select("Name", "Audience", "DomainID", "FromName", "FromLocal", "ReplyTo", "TopicID", "Content", "TrackOpens", "TrackClicks", "Plan", "Test", "Revision", "ChangedAt").Updates(c)
		if done.Error == nil && done.RowsAffected == 0 {
			return errMoved(c)
		}
		return done.Error
	})
	return translate("change", err)
}

func errMoved(c Campaign) error {
	if c.State != Draft {
		return fault.New(fault.Conflict, "This campaign is no draft any more. To change it, take it back first, or copy it.")
	}
	return fault.New(fault.Conflict, "Somebody else has changed this campaign meanwhile. Reload the page to see what it says now.")
}

func take(tx *gorm.DB, campaignID id.ID) (c Campaign, err error) {
	err = tx.Take(&c, "campaign_id = ?", campaignID).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = store.ErrNotFound
	}
	return c, err
}

// Get returns one campaign. An unknown id and another account's are the same NotFound.
func (s *Service) Get(ctx context.Context, scope account.Scope, campaignID id.ID) (c Campaign, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		c, err = take(tx, campaignID)
		return err
	})
	return c, translate("get", err)
}

// Filter narrows a list of campaigns. Zero fields do not.
type Filter struct {
	Kind   Kind
	State  State
	Series id.ID
	ByHand bool  // not the rounds that campaigns make by themselves
	Before id.ID // older than this one: the next page
	Limit  int
}

// List returns campaigns, newest first, one page of them.
func (s *Service) List(ctx context.Context, scope account.Scope, f Filter) (rows []Campaign, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		q := tx.Order("campaign_id DESC").Limit(f.Limit)
		if f.Kind != "" {
			q = q.Where("kind = ?", f.Kind)
		}
		if f.State != "" {
			q = q.Where("state = ?", f.State)
		}
		if f.Series != "" {
			q = q.Where("series_id = ?", f.Series)
		}
		if f.ByHand {
			q = q.Where("round = 0")
		}
		if f.Before != "" {
			q = q.Where("campaign_id < ?", f.Before)
		}
		return q.Find(&rows).Error
	})
	return rows, translate("list", err)
}

// Copy returns a new draft like a campaign. With a Follows its audience comes from the
// campaign that it follows; then that one must have been sent.
func (s *Service) Copy(ctx context.Context, scope account.Scope, campaignID id.ID, f Follows) (Campaign, error) {
	c, err := s.Get(ctx, scope, campaignID)
	if err != nil {
		return c, err
	}
	copied := Campaign{Kind: c.Kind}
	copied.apply(c.Brief())
	copied.Plan = Plan{When: Now, Zone: c.Plan.Zone, Hours: c.Plan.Hours}
	switch f {
	case FollowsNone:
		copied.Name = cut("Copy of " + c.Name)
		return s.insert(ctx, scope, copied)
	case FollowsUnopened:
		copied.Name = cut("Again: " + c.Name)
	case FollowsNew:
		copied.Name = cut("New members: " + c.Name)
	default:
		return c, fault.New(fault.Invalid, "There is no such way to follow a campaign.")
	}
	if c.FrozenAt == nil {
		return c, fault.New(fault.Conflict, "This campaign has not been sent yet, so nothing can follow it.")
	}
	copied.ParentID, copied.SeriesID, copied.Follows = c.ID, c.SeriesID, f
	if c.Tested() && c.Winner != NoWinner { // what won is sent, without another test
		copied.Content, copied.Test = c.Content[c.Winner:c.Winner+1], Test{}
	}
	return s.insert(ctx, scope, copied)
}

func cut(name string) string {
	if r := []rune(name); len(r) > longestName/2 {
		return string(r[:longestName/2]) + "…"
	}
	return name
}

// Remove removes a draft.
func (s *Service) Remove(ctx context.Context, scope account.Scope, campaignID id.ID) error {
	err := s.Store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		c, err := take(tx, campaignID)
		if err != nil {
			return err
		}
		if c.State != Draft {
			return errMoved(c)
		}
		if err := tx.Where("campaign_id = ?", campaignID).Delete(&totals{}).Error; err != nil {
			return err
		}
		done := tx.Where("campaign_id = ? AND state = ?", campaignID, Draft).Delete(&Campaign{})
		if done.Error == nil && done.RowsAffected == 0 {
			return errMoved(c)
		}
		return errors.Join(done.Error, s.record(ctx, scope, "campaign.removed", c))
	})
	return translate("remove", err)
}

// Sums returns a campaign's numbers; all are 0 before its audience is frozen.
func (s *Service) Sums(ctx context.Context, scope account.Scope, campaignID id.ID) (Sums, error) {
	all, err := s.SumsOf(ctx, scope, []id.ID{campaignID})
	if err != nil {
		return Sums{}, err
	}
	sums, found := all[campaignID]
	if !found {
		return sums, fault.New(fault.NotFound, noCampaign)
	}
	return sums, nil
}

// SumsOf returns the numbers of several campaigns of the account.
func (s *Service) SumsOf(ctx context.Context, scope account.Scope, campaigns []id.ID) (map[id.ID]Sums, error) {
	var rows []totals
	err := s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("campaign_id IN ?", campaigns).Find(&rows).Error
	})
	all := make(map[id.ID]Sums, len(rows))
	for _, t := range rows {
		all[t.CampaignID] = t.sums()
	}
	return all, translate("sums", err)
}

// OfMessage returns whose message of a campaign it is; NotFound when it is of none.
func (s *Service) OfMessage(ctx context.Context, scope account.Scope, messageID id.ID) (r Recipient, err error) {
	err = s.Store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&r, "message_id = ? AND message_id <> ''", messageID).Error
	})
	return r, translate("recipient of a message", err)
}
