package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/id"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const campaignsPerPage = 30

// campaignList shows the campaigns, newest first, each with its result in one line.
func (s *Server) campaignList(r *request) error {
	f := broadcast.Filter{Kind: broadcast.ToContacts, ByHand: true, Before: idOrNone(r.query("before")), Limit: campaignsPerPage + 1}
	page := pages.CampaignList{Denied: r.denied(account.ManageCampaigns)}
	for _, state := range broadcast.States {
		if r.query("state") == string(state) {
			f.State, page.State = state, string(state)
		}
	}
	rows, err := s.Campaigns.List(r.ctx, r.scope, f)
	if err != nil {
		return err
	}
	if len(rows) > campaignsPerPage {
		rows = rows[:campaignsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(r.urls().Campaigns(), "state", page.State, "before", rows[len(rows)-1].ID.String())}
	}
	sums, err := s.Campaigns.SumsOf(r.ctx, r.scope, idsOf(rows))
	if err != nil {
		return err
	}
	for _, c := range rows {
		page.Rows = append(page.Rows, campaignRow(c, sums[c.ID]))
	}
	return r.show(fiber.StatusOK, "Campaigns", func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		page.Page = p
		return page
	})
}

func idsOf(rows []broadcast.Campaign) []id.ID {
	ids := make([]id.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}

func campaignRow(c broadcast.Campaign, sums broadcast.Sums) pages.CampaignRow {
	row := pages.CampaignRow{ID: c.ID.String(), Name: c.Name, State: string(c.State), Asks: c.Asks != broadcast.Nothing, Part: -1, At: c.ChangedAt, Result: campaignResult(c, sums)}
	if c.StartedAt != nil {
		row.At = *c.StartedAt
	}
	if (c.State == broadcast.Sending || c.State == broadcast.Paused) && sums.Audience > 0 {
		row.Part = part(sums.Audience-sums.Waiting, sums.Audience)
	}
	return row
}

// campaignResult is one line about where a campaign stands.
func campaignResult(c broadcast.Campaign, sums broadcast.Sums) string {
	sent, whole := components.Count(sums.Sent), components.Count(sums.Audience)
	switch {
	case c.Asks == broadcast.AsksLate:
		return "Its time is long past: it asks before it starts."
	case c.Asks != broadcast.Nothing:
		return "It comes from a backup: it asks before it goes on."
	case c.State == broadcast.Draft:
		return "Not started."
	case c.State == broadcast.Scheduled && c.StartAt != nil:
		return "Starts " + moment(*c.StartAt) + "."
	case c.State == broadcast.Scheduled || c.State == broadcast.Freezing:
		return "Its audience is being written down."
	case c.State == broadcast.Sending:
		return fmt.Sprintf("%s of %s sent.", sent, whole)
	case c.State == broadcast.Paused:
		return fmt.Sprintf("%s of %s sent, the rest waits.", sent, whole)
	case sums.Failed > 0:
		return fmt.Sprintf("%s of %s got it, %s could not be reached.", sent, whole, components.Count(sums.Failed))
	}
	return fmt.Sprintf("%s of %s got it.", sent, whole)
}

// campaignNew is the form that a campaign begins with.
func (s *Server) campaignNew(r *request) error { return s.showCampaignNew(r, fiber.StatusOK, "", nil) }

func (s *Server) showCampaignNew(r *request, status int, name string, errs pages.Errors) error {
	return r.show(status, "New campaign", func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		return pages.CampaignNew{Page: p, Name: name, Errors: errs, Denied: r.denied(account.ManageCampaigns)}
	})
}

// campaignCreate makes a draft.
func (s *Server) campaignCreate(r *request) error {
	name := r.post("name")
	if !isText(name) {
		return s.showCampaignNew(r, fiber.StatusUnprocessableEntity, "", pages.Errors{"name": "This field holds characters that are no text."})
	}
	c, err := s.Audiences.Create(r.ctx, r.scope, name)
	if status, errs, ok := refusal(err); ok {
		return s.showCampaignNew(r, status, name, errs)
	}
	if err != nil {
		return err
	}
	return r.redirect(r.urls().Campaign(c.ID.String()))
}
