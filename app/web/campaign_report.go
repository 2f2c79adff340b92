package web

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/delivery"
	"smtpserver/app/fault"
	"smtpserver/app/listimport"
	"smtpserver/app/tracking"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// showReport draws what was started.
func (s *Server) showReport(r *request, status int, c broadcast.Campaign, errs pages.Errors) error {
	page, err := s.reportPage(r, c)
	if err != nil {
		return err
	}
	if page.Earlier, err = s.compared(r, c, page); err != nil {
		return err
	}
	if err := s.addProviders(r, &page, c); err != nil {
		return err
	}
	if err := s.addRounds(r, &page, c); err != nil {
		return err
	}
	page.Errors = errs
	return r.show(status, c.Name, func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		page.Page = p
		return page
	})
}

// reportPage is the figures: running counters and rows of one campaign, whatever its size.
func (s *Server) reportPage(r *request, c broadcast.Campaign) (page pages.CampaignShow, err error) {
	sums, err := s.Campaigns.Sums(r.ctx, r.scope, c.ID)
	if err != nil {
		return page, err
	}
	report, err := s.Reports.Of(r.ctx, r.scope, c.ID)
	if err != nil {
		return page, err
	}
	page = pages.CampaignShow{
		ID: c.ID.String(), Name: c.Name, State: string(c.State), Reason: c.Reason, Asks: string(c.Asks), Live: live(c), Audience: sums.Audience, Sums: sumsOf(sums),
		Queued: sums.Queued, Bounced: sums.Bounced, Ambiguous: sums.Ambiguous, Complained: sums.Complained, Plan: planWords(c), StartAt: timeOrZero(c.StartAt),
		StartedAt: timeOrZero(c.StartedAt), FinishedAt: timeOrZero(c.FinishedAt), TrackOpens: c.TrackOpens, TrackClicks: c.TrackClicks, Denied: r.denied(account.ManageCampaigns),
		ClicksURL: r.urls().CampaignClicks(c.ID.String()), Opens: visitsOf(report.Opens), Clicks: visitsOf(report.Clicks), Left: report.Left,
	}
	if len(c.Content) > 0 {
		page.Subject = c.Content[max(0, c.Winner)].Source.Subject
	}
	if page.From, err = s.fromOf(r, c); err != nil {
		return page, err
	}
	addRate(&page, c, sums, s.Clock.Now())
	addVisits(&page, report)
	return page, s.addVariants(r, &page, c)
}

// live reports whether the page looks again by itself.
func live(c broadcast.Campaign) bool {
	return c.Asks == broadcast.Nothing && (c.State == broadcast.Scheduled || c.State == broadcast.Freezing || c.State == broadcast.Sending)
}

func (s *Server) fromOf(r *request, c broadcast.Campaign) (string, error) {
	d, err := s.Domains.Get(r.ctx, r.scope, c.DomainID)
	if fault.Is(err, fault.NotFound) {
		return c.FromLocal, nil // it was given up since
	}
	return c.FromLocal + "@" + d.Unicode(), err
}

func sumsOf(s broadcast.Sums) []pages.CampaignSum {
	return []pages.CampaignSum{
		{List: string(broadcast.ListSent), N: s.Sent}, {List: string(broadcast.ListWaiting), N: s.Waiting}, {List: string(broadcast.ListFailed), N: s.Failed},
		{List: string(broadcast.ListSuppressed), N: s.Suppressed}, {List: string(broadcast.ListOptedOut), N: s.OptedOut}, {List: string(broadcast.ListInvalid), N: s.Invalid},
		{List: string(broadcast.ListDuplicate), N: s.Duplicate}, {List: string(broadcast.ListSkipped), N: s.Skipped},
	}
}

func visitsOf(v tracking.Visits) pages.Visits {
	return pages.Visits{Human: v.Human.Unique, Machine: v.Machine.Unique, Unknown: v.Unknown.Unique, Total: v.Human.Total + v.Machine.Total + v.Unknown.Total}
}

// addRate tells how fast it goes, where it goes as fast as it can.
func addRate(page *pages.CampaignShow, c broadcast.Campaign, sums broadcast.Sums, now time.Time) {
	if c.State != broadcast.Sending || c.FrozenAt == nil || c.Plan.Zoned() || c.Plan.When == broadcast.Spread || !c.Plan.Hours.Any() {
		return
	}
	took, done := now.Sub(*c.FrozenAt), sums.Sent+sums.Failed
	if took < 5*time.Second || done == 0 {
		return
	}
	page.PerMinute = int64(float64(done) / took.Minutes())
	if page.PerMinute > 0 {
		page.Rest = time.Duration(float64(sums.Waiting) / float64(page.PerMinute) * float64(time.Minute)).Round(time.Second)
	}
}

// Bounds of what one page shows.
const (
	shownHours     = 72
	shownLinks     = 50
	shownProviders = 12
)

func addVisits(page *pages.CampaignShow, report tracking.Report) {
	page.Hours = hoursOf(report.Hours)
	for _, l := range report.Links[:min(len(report.Links), shownLinks)] {
		page.Links = append(page.Links, pages.LinkRow{Number: l.Number, Target: l.Target, Clicks: visitsOf(l.Clicks)})
	}
	for _, p := range report.Providers {
		page.Providers = append(page.Providers, pages.ProviderRow{Destination: p.Destination, Opens: visitsOf(p.Opens), Clicks: visitsOf(p.Clicks), Left: p.Left})
	}
}

// addProviders sets what was delivered beside what was opened, by provider, the largest
// first; the many small ones are one line.
func (s *Server) addProviders(r *request, page *pages.CampaignShow, c broadcast.Campaign) error {
	if c.FrozenAt == nil {
		return nil
	}
	sent, done, err := s.Audiences.ProvidersSoon(r.ctx, c, countPatience)
	if err != nil {
		return err
	}
	page.CountingProviders = !done
	visited := map[string]pages.ProviderRow{}
	for _, p := range page.Providers {
		visited[p.Destination] = p
	}
	rows := make([]pages.ProviderRow, 0, len(sent)+1)
	rest, many := pages.ProviderRow{Name: "other providers"}, false
	take := func(p pages.ProviderRow) {
		if p.Destination != "" && len(rows) < shownProviders {
			p.Name = delivery.DestinationName(p.Destination)
			rows = append(rows, p)
			return
		}
		rest.Add(p)
		many = true
	}
	for _, x := range sent {
		p := visited[x.Destination]
		delete(visited, x.Destination)
		p.Destination, p.Delivered, p.Failed = x.Destination, x.Delivered, x.Failed
		take(p)
	}
	for _, p := range page.Providers {
		if _, left := visited[p.Destination]; left {
			take(p)
		}
	}
	if many {
		rows = append(rows, rest)
	}
	page.Providers = rows
	return nil
}

// leastHours is how many hours a chart has at least: one bar alone says nothing about time.
const leastHours = 12

// hoursOf are the hours since the first visit, those without one as well.
func hoursOf(visited []tracking.Hour) (rows []pages.HourRow) {
	if len(visited) == 0 {
		return nil
	}
	first, last := visited[0].At, visited[len(visited)-1].At
	n := min(max(int(last.Sub(first)/time.Hour)+1, leastHours), shownHours)
	rows = make([]pages.HourRow, n)
	for i := range rows {
		rows[i].At = first.Add(time.Duration(i) * time.Hour)
	}
	for _, h := range visited {
		if i := int(h.At.Sub(first) / time.Hour); i < n {
			rows[i].Opens, rows[i].Clicks = visitsOf(h.Opens), visitsOf(h.Clicks)
		}
	}
	return rows
}

// addVariants adds how the variants of a test did.
func (s *Server) addVariants(r *request, page *pages.CampaignShow, c broadcast.Campaign) error {
	if !c.Tested() || c.FrozenAt == nil {
		return nil
	}
	results, done, err := s.Audiences.VariantsSoon(r.ctx, c, countPatience)
	if err != nil {
		return err
	}
	page.Comparing = !done
	page.MayChoose = c.Winner == broadcast.NoWinner && !c.Ended() && c.Test.Share < 100
	for i, result := range results {
		page.Variants = append(page.Variants, pages.VariantRow{
			Number: i, Name: variantName(i), Subject: c.Content[i].Source.Subject, Delivered: result.Delivered, Opens: result.Opens, Clicks: result.Clicks, Leave: result.Left, Winner: c.Winner == i,
		})
	}
	return nil
}

// compareWith is how many earlier campaigns stand beside a report.
const compareWith = 4

// compared sets the campaign beside those that were sent before.
func (s *Server) compared(r *request, c broadcast.Campaign, page pages.CampaignShow) ([]pages.ComparedRow, error) {
	if page.Of(string(broadcast.ListSent)) == 0 {
		return nil, nil
	}
	rows, err := s.Campaigns.List(r.ctx, r.scope, broadcast.Filter{Kind: broadcast.ToContacts, State: broadcast.Done, ByHand: true, Before: c.ID, Limit: compareWith})
	if err != nil {
		return nil, err
	}
	all, err := s.Campaigns.SumsOf(r.ctx, r.scope, idsOf(rows))
	if err != nil {
		return nil, err
	}
	out := []pages.ComparedRow{{
		This: true, At: page.StartedAt, Sent: page.Of("sent"), Failed: page.Of("failed"), Opened: page.Opens.Human, Clicked: page.Clicks.Human, Left: page.Left, TrackedOpens: c.TrackOpens, TrackedClicks: c.TrackClicks,
	}}
	for _, before := range rows {
		report, err := s.Reports.Of(r.ctx, r.scope, before.ID)
		if err != nil {
			return nil, err
		}
		sums := all[before.ID]
		out = append(out, pages.ComparedRow{
			ID: before.ID.String(), Name: before.Name, At: timeOrZero(before.StartedAt), Sent: sums.Sent, Failed: sums.Failed, Opened: report.Opens.Human.Unique, Clicked: report.Clicks.Human.Unique,
			Left: report.Left, TrackedOpens: before.TrackOpens, TrackedClicks: before.TrackClicks,
		})
	}
	return out, nil
}

// campaignProgress is the part of the report that moves. When it is over it asks for the
// whole page.
func (s *Server) campaignProgress(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	if !live(c) {
		r.c.Set("HX-Refresh", "true")
	}
	page, err := s.reportPage(r, c)
	if err != nil {
		return err
	}
	if page.Page, err = r.frame(c.Name); err != nil {
		return err
	}
	return r.render(fiber.StatusOK, page.Progress())
}

// campaignFollow streams that part while it moves.
func (s *Server) campaignFollow(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	frame, err := r.frame(c.Name)
	if err != nil {
		return err
	}
	return r.follow(func(r *request) (templ.Component, bool, error) {
		c, err := s.Campaigns.Get(r.ctx, r.scope, c.ID)
		if err != nil {
			return nil, false, err
		}
		page, err := s.reportPage(r, c)
		page.Page = frame
		return page.Progress(), !live(c), err
	})
}

// campaignReport gives the figures as a file.
func (s *Server) campaignReport(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	page, err := s.reportPage(r, c)
	if err != nil {
		return err
	}
	if err := s.addProviders(r, &page, c); err != nil {
		return err
	}
	return r.stream("campaign-"+c.ID.String()+".csv", "text/csv; charset=utf-8", func(_ context.Context, w io.Writer) error {
		out := csv.NewWriter(w)
		for _, record := range reportRecords(page) {
			for i := range record {
				record[i] = listimport.SafeCell(record[i])
			}
			if err := out.Write(record); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
}

func reportRecords(v pages.CampaignShow) [][]string {
	n := func(n int64) string { return strconv.FormatInt(n, 10) }
	records := [][]string{{"what", "about", "people", "programs", "unknown"}, {"campaign", v.Name, "", "", ""}, {"audience", "", n(v.Audience), "", ""}}
	for _, sum := range v.Sums {
		records = append(records, []string{sum.List, "", n(sum.N), "", ""})
	}
	visits := func(what, about string, x pages.Visits) {
		records = append(records, []string{what, about, n(x.Human), n(x.Machine), n(x.Unknown)})
	}
	visits("opens", "", v.Opens)
	visits("clicks", "", v.Clicks)
	records = append(records, []string{"left", "", n(v.Left), "", ""})
	for _, l := range v.Links {
		visits("clicks of a link", l.Target, l.Clicks)
	}
	for _, p := range v.Providers {
		if !v.CountingProviders {
			records = append(records, []string{"delivered at a provider", p.Name, n(p.Delivered), "", ""}, []string{"failed at a provider", p.Name, n(p.Failed), "", ""})
		}
		visits("opens at a provider", p.Name, p.Opens)
		visits("clicks at a provider", p.Name, p.Clicks)
	}
	for _, h := range v.Hours {
		visits("opens in an hour", h.At.UTC().Format(time.RFC3339), h.Opens)
		visits("clicks in an hour", h.At.UTC().Format(time.RFC3339), h.Clicks)
	}
	return records
}
