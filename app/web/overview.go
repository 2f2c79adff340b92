package web

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/message"
	"smtpserver/views/pages"
)

// Figures fills the dashboard from what the account owns.
type Figures struct {
	Messages    *message.Archive
	Domains     *domain.Service
	Credentials *credential.Service
	Campaigns   *broadcast.Service
	Now         func() time.Time
}

const shownDays = 30

// Fill implements Overview.
func (f Figures) Fill(ctx context.Context, scope account.Scope, page *pages.DashboardShow) error {
	now := f.Now()
	today := now.UTC().Truncate(24 * time.Hour)
	days, err := f.Messages.Days(ctx, scope, today.AddDate(0, 0, -2*shownDays+1))
	if err != nil {
		return err
	}
	fillDays(page, days, today)
	oldest, err := f.Messages.OldestWaiting(ctx, scope)
	if err != nil {
		return err
	}
	if !oldest.IsZero() {
		page.OldestWaiting = now.Sub(oldest)
	}
	latest, err := f.Messages.List(ctx, scope, message.Filter{Limit: 8})
	if err != nil {
		return err
	}
	page.Latest = messageRows(latest, now)
	if err := f.fillCampaigns(ctx, scope, page); err != nil {
		return err
	}
	return f.fillNext(ctx, scope, page, days)
}

// shownCampaigns is how many campaigns the dashboard shows.
const shownCampaigns = 3

func (f Figures) fillCampaigns(ctx context.Context, scope account.Scope, page *pages.DashboardShow) error {
	rows, err := f.Campaigns.List(ctx, scope, broadcast.Filter{Kind: broadcast.ToContacts, ByHand: true, Limit: shownCampaigns})
	if err != nil || len(rows) == 0 {
		return err
	}
	sums, err := f.Campaigns.SumsOf(ctx, scope, idsOf(rows))
	for _, c := range rows {
		page.Campaigns = append(page.Campaigns, campaignRow(c, sums[c.ID]))
	}
	return err
}

// fillDays spreads the counters over today, the last 30 days and the 30 before.
func fillDays(page *pages.DashboardShow, days []message.Day, today time.Time) {
	page.Days = make([]pages.DayCounts, shownDays)
	first := today.AddDate(0, 0, -shownDays+1)
	for i := range page.Days {
		page.Days[i].Day = first.AddDate(0, 0, i)
	}
	for _, d := range days {
		day, err := time.Parse(time.DateOnly, d.Day)
		if err != nil {
			continue // the column holds nothing else
		}
		if day.Before(first) {
			add(&page.Before, d)
			continue
		}
		add(&page.Period, d)
		if i := int(day.Sub(first).Hours() / 24); i < shownDays {
			add(&page.Days[i].Counts, d)
		}
		if day.Equal(today) {
			add(&page.Today, d)
		}
	}
}

func add(c *pages.Counts, d message.Day) {
	c.Accepted += d.Accepted
	c.Delivered += d.Delivered
	c.Bounced += d.Bounced
	c.Suppressed += d.Suppressed
	c.Expired += d.Expired
	c.Cancelled += d.Cancelled
}

// fillNext tells how far the account has come.
func (f Figures) fillNext(ctx context.Context, scope account.Scope, page *pages.DashboardShow, days []message.Day) error {
	domains, err := f.Domains.List(ctx, scope)
	if err != nil {
		return err
	}
	for _, d := range domains {
		if page.Next.DomainID == "" || d.MaySend() {
			page.Next.DomainID, page.Next.DomainName, page.Next.DomainState = d.ID.String(), d.Unicode(), string(d.State)
		}
	}
	credentials, err := f.Credentials.List(ctx, scope)
	if err != nil {
		return err
	}
	for _, c := range credentials {
		if c.Live() {
			page.Next.Credential, page.Next.CredentialID = true, c.ID.String()
		}
	}
	for _, d := range days {
		page.Next.Sent = page.Next.Sent || d.Accepted > 0
		page.Next.Delivered = page.Next.Delivered || d.Delivered > 0
	}
	return nil
}
