package web

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// campaignShow is one campaign: the steps of a draft, or the report of what was started.
func (s *Server) campaignShow(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	return s.showCampaign(r, fiber.StatusOK, c, r.query("step"), nil)
}

// campaign is the one that the path names: of the account's own, to its contacts.
func (s *Server) campaign(r *request) (c broadcast.Campaign, err error) {
	campaignID, err := r.id()
	if err != nil {
		return c, err
	}
	c, err = s.Campaigns.Get(r.ctx, r.scope, campaignID)
	if err == nil && c.Kind != broadcast.ToContacts {
		return c, errNoPage()
	}
	return c, err
}

// showCampaign draws it. typed fills in what a refused form held.
func (s *Server) showCampaign(r *request, status int, c broadcast.Campaign, step string, errs pages.Errors, typed ...func(view) view) error {
	var page view
	var err error
	switch {
	case !c.Editable():
		return s.showReport(r, status, c, errs)
	case step == "content":
		page, err = s.contentStep(r, c)
	case step == "checks":
		page, err = s.checksStep(r, c)
	case step == "send":
		page, err = s.sendStep(r, c)
	default:
		page, err = s.audienceStep(r, c)
	}
	if err != nil {
		return err
	}
	for _, fill := range typed {
		page = fill(page)
	}
	return r.show(status, c.Name, func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		return framed(page, p, errs)
	})
}

// framed puts the frame into a step.
func framed(page view, p layout.Page, errs pages.Errors) view {
	switch v := page.(type) {
	case pages.CampaignAudience:
		v.Page, v.Count.Page, v.Errors = p, p, errs
		return v
	case pages.CampaignContent:
		v.Page, v.Errors, v.Editor.Errors = p, errs, errs
		return v
	case pages.CampaignChecks:
		v.Page, v.Count.Page, v.Errors = p, p, errs
		return v
	case pages.CampaignSend:
		v.Page, v.Count.Page, v.Errors = p, p, errs
		return v
	}
	return page
}

func (s *Server) draftHead(r *request, c broadcast.Campaign, step string) pages.CampaignHead {
	return pages.CampaignHead{
		ID: c.ID.String(), Name: c.Name, Step: step, Denied: r.denied(account.ManageCampaigns), Revision: revisionOf(c),
		Ready: map[string]bool{"audience": hasAudience(c), "content": hasContent(c)},
	}
}

func hasAudience(c broadcast.Campaign) bool {
	a, err := campaign.ParseAudience(c.Audience)
	return err == nil && len(a.Include) > 0
}

func hasContent(c broadcast.Campaign) bool {
	return len(c.Content) > 0 && c.Content[0].Source.Body != "" && c.Content[0].Source.Subject != "" && !c.DomainID.IsZero()
}

// countPage is the count of the draft's audience, as far as it is known within patience.
func (s *Server) countPage(r *request, c broadcast.Campaign, patience time.Duration) (pages.CampaignCount, error) {
	page := pages.CampaignCount{ID: c.ID.String(), Chosen: hasAudience(c)}
	if !page.Chosen {
		return page, nil
	}
	count, done, err := s.Audiences.Count(r.ctx, r.scope, c, patience)
	if _, errs, ok := refusal(err); ok {
		page.Problem = firstOf(errs)
		return page, nil
	}
	if err != nil {
		return page, err
	}
	if !done {
		page.Counting = true
		return page, nil
	}
	page.At, page.Audience, page.Included = count.At, count.Audience, count.Included()
	for _, reason := range campaign.Reasons {
		if n := count.Reasons[reason]; n > 0 {
			page.Reasons = append(page.Reasons, pages.CountedReason{Words: pages.ReasonWords(string(reason)), N: n})
		}
	}
	forecast, finish, err := s.Audiences.Forecast(r.ctx, count)
	if err != nil {
		return page, err
	}
	page.Finish = finish
	for _, f := range forecast {
		page.Forecast = append(page.Forecast, pages.ForecastRow{Name: f.Name, Trouble: f.Trouble, N: f.Deliveries, PerMinute: f.PerMinute, Takes: f.Takes})
	}
	return page, nil
}

func firstOf(errs pages.Errors) string {
	for _, text := range errs {
		return text
	}
	return ""
}

// scriptlessPatience is how long a page without script waits for a count.
const scriptlessPatience = 3 * time.Second

// campaignCount answers with the count, or says that it takes longer and asks again.
func (s *Server) campaignCount(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	if r.query("again") != "" {
		s.Audiences.Recount(r.scope)
	}
	if r.c.Get("HX-Request") == "" {
		if _, err := s.countPage(r, c, scriptlessPatience); err != nil {
			return err
		}
		return r.redirect(r.urls().CampaignStep(c.ID.String(), "audience"))
	}
	page, err := s.countPage(r, c, countPatience)
	if err != nil {
		return err
	}
	if page.Page, err = r.frame(c.Name); err != nil {
		return err
	}
	return r.render(fiber.StatusOK, page.Panel())
}

// campaignChecks makes the checks before sending.
func (s *Server) campaignChecks(r *request) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	if !c.Editable() {
		return r.redirect(r.urls().Campaign(c.ID.String()))
	}
	page, err := s.checksStep(r, c)
	if err != nil {
		return err
	}
	v, _ := page.(pages.CampaignChecks) // which it is
	checks, err := s.Audiences.Checks(r.ctx, r.scope, c)
	if _, errs, ok := refusal(err); ok {
		v.Checks = []pages.CheckRow{{Name: "content", Verdict: "bad", Words: firstOf(errs), Remedy: "Mend it in the step Content."}}
	} else if err != nil {
		return err
	}
	v.Checks, v.Loading = append(v.Checks, checkRows(checks)...), false
	if r.c.Get("HX-Request") != "" {
		if v.Page, err = r.frame(c.Name); err != nil {
			return err
		}
		return r.render(fiber.StatusOK, v.Panel())
	}
	return r.show(fiber.StatusOK, c.Name, func(p layout.Page) view {
		p.Active = layout.NavCampaigns
		return framed(v, p, nil)
	})
}
