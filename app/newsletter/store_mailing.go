package newsletter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

const noMailing = "There is no such mailing."

// Mailings is the operator's mailings: campaigns of its own account whose audience are
// owners and subscribers. Every step a person of staff takes stands in the audit log.
type Mailings struct {
	*Service
	campaigns *broadcast.Service
	domainID  id.ID // the operator's
}

// NewMailings returns the operator's mailings.
func NewMailings(s *Service, campaigns *broadcast.Service, domainID id.ID) *Mailings {
	return &Mailings{s, campaigns, domainID}
}

// Draft is what staff decide about a mailing.
type Draft struct {
	Name      string
	Audience  Audience
	FromName  string
	FromLocal string
	ReplyTo   string
	Source    content.Source
	Opens     bool
	Clicks    bool
}

func (m *Mailings) brief(d Draft) (broadcast.Brief, error) {
	audience, err := json.Marshal(d.Audience)
	if err != nil {
		return broadcast.Brief{}, fmt.Errorf("newsletter: audience: %w", err)
	}
	return broadcast.Brief{
		Kind: broadcast.Mailing, Name: d.Name, Audience: audience, DomainID: m.domainID, FromName: d.FromName, FromLocal: d.FromLocal, ReplyTo: d.ReplyTo,
		Content: []broadcast.Variant{{Source: d.Source}}, TrackOpens: d.Opens, TrackClicks: d.Clicks, Plan: broadcast.Plan{When: broadcast.Now},
	}, nil
}

// List returns a page of mailings, newest first, with their numbers.
func (m *Mailings) List(ctx context.Context, scope account.Scope, before id.ID, limit int) ([]broadcast.Campaign, map[id.ID]broadcast.Sums, error) {
	rows, err := m.campaigns.List(ctx, scope, broadcast.Filter{Kind: broadcast.Mailing, Before: before, Limit: limit})
	if err != nil {
		return nil, nil, err
	}
	ids := make([]id.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	sums, err := m.campaigns.SumsOf(ctx, scope, ids)
	return rows, sums, err
}

// Get returns one mailing with its audience and numbers.
func (m *Mailings) Get(ctx context.Context, scope account.Scope, mailingID id.ID) (c broadcast.Campaign, a Audience, sums broadcast.Sums, err error) {
	if c, err = m.campaigns.Get(ctx, scope, mailingID); err != nil {
		return c, a, sums, err
	}
	if a, err = AudienceOf(c); err != nil {
		return c, a, sums, err
	}
	sums, err = m.campaigns.Sums(ctx, scope, mailingID)
	return c, a, sums, err
}

// Create stores a draft.
func (m *Mailings) Create(ctx context.Context, scope account.Scope, d Draft) (c broadcast.Campaign, err error) {
	brief, err := m.brief(d)
	if err != nil {
		return c, err
	}
	err = m.audited(ctx, scope, "mailing.created", func(ctx context.Context) (audit.Object, audit.Values, error) {
		c, err = m.campaigns.Create(ctx, scope, brief)
		return audit.Object{ID: c.ID, Name: c.Name}, nil, err
	})
	return c, err
}

// Change stores what was changed of a draft, unless somebody else was faster.
func (m *Mailings) Change(ctx context.Context, scope account.Scope, mailingID id.ID, revision int64, d Draft) error {
	brief, err := m.brief(d)
	if err != nil {
		return err
	}
	return m.step(ctx, scope, "mailing.changed", mailingID, func(ctx context.Context, _ broadcast.Campaign) (audit.Values, error) {
		return nil, m.campaigns.Change(ctx, scope, mailingID, revision, brief)
	})
}

// Start sends a mailing, now or at a time, and records to how many by whom. The audience is
// who is in it when it begins.
func (m *Mailings) Start(ctx context.Context, scope account.Scope, mailingID id.ID, at time.Time) error {
	return m.step(ctx, scope, "mailing.started", mailingID, func(ctx context.Context, c broadcast.Campaign) (audit.Values, error) {
		a, err := AudienceOf(c)
		if err != nil {
			return nil, err
		}
		reach, err := m.Reach(ctx, a)
		if err != nil {
			return nil, err
		}
		if c.Editable() && reach.Included == 0 {
			return nil, fault.Field("audience", "Nobody would get this. Choose whom it goes to.")
		}
		plan := broadcast.Plan{When: broadcast.Now}
		if !at.IsZero() {
			plan = broadcast.Plan{When: broadcast.At, At: at, Zone: "UTC"}
		}
		if c.Editable() && (plan.When != c.Plan.When || !plan.At.Equal(c.Plan.At)) {
			b := c.Brief()
			b.Plan = plan
			if err := m.campaigns.Change(ctx, scope, mailingID, c.Revision, b); err != nil {
				return nil, err
			}
		}
		parts := ""
		for _, p := range a.Parts() {
			parts += p.Name + "; "
		}
		return audit.Values{"audience": parts, "people": strconv.FormatInt(reach.Included, 10)}, m.campaigns.Start(ctx, scope, mailingID)
	})
}

// Withdraw makes a mailing that has not begun a draft again.
func (m *Mailings) Withdraw(ctx context.Context, scope account.Scope, mailingID id.ID) error {
	return m.simple(ctx, scope, "mailing.withdrawn", mailingID, m.campaigns.Withdraw)
}

// Test sends a mailing as it is now to one person of staff, filled in for somebody made up.
// No number counts it.
func (m *Mailings) Test(ctx context.Context, scope account.Scope, mailingID id.ID, to string, somebody content.Person) error {
	err := m.step(ctx, scope, "mailing.tested", mailingID, func(context.Context, broadcast.Campaign) (audit.Values, error) { return nil, nil })
	if err != nil {
		return err
	}
	_, err = m.campaigns.SendTest(ctx, scope, mailingID, 0, to, somebody) // it commits by itself, with others
	return err
}

// Pause lets nothing more leave until Resume.
func (m *Mailings) Pause(ctx context.Context, scope account.Scope, mailingID id.ID) error {
	return m.simple(ctx, scope, "mailing.paused", mailingID, m.campaigns.Pause)
}

// Resume goes on.
func (m *Mailings) Resume(ctx context.Context, scope account.Scope, mailingID id.ID) error {
	return m.simple(ctx, scope, "mailing.resumed", mailingID, m.campaigns.Resume)
}

// Cancel ends a mailing: who waits is skipped.
func (m *Mailings) Cancel(ctx context.Context, scope account.Scope, mailingID id.ID) error {
	return m.simple(ctx, scope, "mailing.cancelled", mailingID, m.campaigns.Cancel)
}

// Remove removes a draft.
func (m *Mailings) Remove(ctx context.Context, scope account.Scope, mailingID id.ID) error {
	return m.simple(ctx, scope, "mailing.removed", mailingID, m.campaigns.Remove)
}

// Copy returns a new draft like a mailing.
func (m *Mailings) Copy(ctx context.Context, scope account.Scope, mailingID id.ID) (c broadcast.Campaign, err error) {
	err = m.step(ctx, scope, "mailing.copied", mailingID, func(ctx context.Context, _ broadcast.Campaign) (audit.Values, error) {
		c, err = m.campaigns.Copy(ctx, scope, mailingID, broadcast.FollowsNone)
		return nil, err
	})
	return c, err
}

// Recipients returns a page of the list behind one number.
func (m *Mailings) Recipients(ctx context.Context, scope account.Scope, mailingID id.ID, l broadcast.Listed, cursor string, limit int) (broadcast.Page, error) {
	if _, _, _, err := m.Get(ctx, scope, mailingID); err != nil {
		return broadcast.Page{}, err
	}
	return m.campaigns.Recipients(ctx, scope, mailingID, l, cursor, limit)
}

func (m *Mailings) simple(ctx context.Context, scope account.Scope, action audit.Action, mailingID id.ID, do func(context.Context, account.Scope, id.ID) error) error {
	return m.step(ctx, scope, action, mailingID, func(ctx context.Context, _ broadcast.Campaign) (audit.Values, error) {
		return nil, do(ctx, scope, mailingID)
	})
}

// step does something to a mailing and records it, or neither.
func (m *Mailings) step(ctx context.Context, scope account.Scope, action audit.Action, mailingID id.ID, do func(context.Context, broadcast.Campaign) (audit.Values, error)) error {
	return m.audited(ctx, scope, action, func(ctx context.Context) (audit.Object, audit.Values, error) {
		c, err := m.campaigns.Get(ctx, scope, mailingID)
		if err != nil {
			return audit.Object{}, nil, err
		}
		if c.Kind != broadcast.Mailing {
			return audit.Object{}, nil, fault.New(fault.NotFound, noMailing)
		}
		after, err := do(ctx, c)
		return audit.Object{ID: c.ID, Name: c.Name}, after, err
	})
}

func (m *Mailings) audited(ctx context.Context, scope account.Scope, action audit.Action, do func(context.Context) (audit.Object, audit.Values, error)) error {
	err := m.Store.Write(ctx, scope, func(ctx context.Context, _ *gorm.DB) error {
		object, after, err := do(ctx)
		if err != nil {
			return err
		}
		return m.audit.Staff(ctx, audit.StaffEntry{StaffID: scope.Actor().ID, Action: action, Account: m.Operator, Object: object, After: after})
	})
	if errors.Is(err, store.ErrNotFound) {
		return fault.Wrap(fault.NotFound, noMailing, err)
	}
	return err
}
