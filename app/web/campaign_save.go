package web

import (
	"errors"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/views/pages"
)

// saveStep stores what a step changes of a draft and leads on; a refusal shows the step
// again with what was typed.
func (s *Server) saveStep(r *request, step string, change func(c broadcast.Campaign, b *broadcast.Brief) error, typed func(view) view, next func(c broadcast.Campaign) error) error {
	c, err := s.campaign(r)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(r.post("revision"), 10, 64)
	if err != nil {
		seen = c.Revision
	}
	brief := c.Brief()
	err = change(c, &brief)
	if err == nil {
		err = s.Campaigns.Change(r.ctx, r.scope, c.ID, seen, brief)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCampaign(r, status, c, step, errs, typed)
	}
	if err != nil {
		return err
	}
	if next != nil {
		if c, err = s.Campaigns.Get(r.ctx, r.scope, c.ID); err != nil {
			return err
		}
		return next(c)
	}
	return r.redirect(r.urls().CampaignStep(c.ID.String(), step))
}

// campaignAudience saves whom it is for.
func (s *Server) campaignAudience(r *request) error {
	var a campaign.Audience
	include, exclude := r.posts("include"), r.posts("exclude")
	change := func(_ broadcast.Campaign, b *broadcast.Brief) error {
		var err error
		if a.Include, err = parseSets("include", include); err != nil {
			return err
		}
		if a.Exclude, err = parseSets("exclude", exclude); err != nil {
			return err
		}
		b.TopicID = idOrNone(r.post("topic"))
		if b.TopicID == "" && r.post("topic") != "" {
			return fault.Field("topic", "There is no such topic.")
		}
		b.Audience, err = s.Audiences.Judge(r.ctx, r.scope, a, b.TopicID)
		return err
	}
	typed := func(page view) view {
		v, ok := page.(pages.CampaignAudience)
		if !ok {
			return page
		}
		v.Everyone = slices.Contains(include, string(campaign.Everyone))
		for i := range v.Sets {
			v.Sets[i].Included, v.Sets[i].Excluded = slices.Contains(include, v.Sets[i].Value), slices.Contains(exclude, v.Sets[i].Value)
		}
		return v
	}
	return s.saveStep(r, "audience", change, typed, nil)
}

func parseSets(field string, values []string) (sets []campaign.Set, err error) {
	for _, value := range values {
		set, err := campaign.ParseSet(value)
		if err != nil {
			return nil, fault.Field(field, fault.SafeText(err))
		}
		if !slices.Contains(sets, set) {
			sets = append(sets, set)
		}
	}
	return sets, nil
}

// contentForm is the content step as it was typed.
type contentForm struct {
	Domain        string `form:"domain"`
	FromName      string `form:"from_name"`
	FromLocal     string `form:"from_local"`
	ReplyTo       string `form:"reply_to"`
	Variant       int    `form:"variant"`
	Template      string `form:"template"`
	UseTemplate   bool   `form:"use_template"`
	AddVariant    bool   `form:"add_variant"`
	RemoveVariant bool   `form:"remove_variant"`
}

// show writes what was typed back into the form.
func (f contentForm) show(page view, source content.Source) view {
	v, ok := page.(pages.CampaignContent)
	if !ok {
		return page
	}
	v.Domain, v.FromName, v.FromLocal, v.ReplyTo = f.Domain, f.FromName, f.FromLocal, f.ReplyTo
	v.Subject, v.Preheader = source.Subject, source.Preheader
	v.Editor.Kind, v.Editor.Body, v.Editor.Text = string(source.Kind), source.Body, source.Text
	if f.Variant >= 0 && f.Variant < len(v.Variants) {
		v.Variant = f.Variant
	}
	return v
}

// campaignContent saves who it comes from and what it says.
func (s *Server) campaignContent(r *request) error {
	var f contentForm
	var typed sourceForm
	if err := errors.Join(r.bind(&f), r.bind(&typed)); err != nil {
		c, missing := s.campaign(r)
		if missing != nil {
			return missing
		}
		_, errs, _ := refusal(err)
		return s.showCampaign(r, fiber.StatusUnprocessableEntity, c, "content", errs)
	}
	shown, source := f.Variant, typed.source()
	change := func(_ broadcast.Campaign, b *broadcast.Brief) (err error) {
		if f.UseTemplate {
			t, err := s.Templates.Get(r.ctx, r.scope, idOrNone(f.Template))
			if fault.Is(err, fault.NotFound) {
				return fault.Field("body", "Choose a template.")
			}
			if err != nil {
				return err
			}
			source = t.Source
		}
		if len(b.Content) == 0 {
			b.Content = []broadcast.Variant{{}}
		}
		if f.Variant < 0 || f.Variant >= len(b.Content) {
			return fault.Field("body", "There is no such variant any more.")
		}
		b.FromName, b.FromLocal, b.ReplyTo, b.DomainID = f.FromName, f.FromLocal, f.ReplyTo, idOrNone(f.Domain)
		b.Content[f.Variant] = broadcast.Variant{Name: variantName(f.Variant), Source: source}
		switch {
		case f.RemoveVariant && len(b.Content) > 1:
			b.Content, shown = slices.Delete(b.Content, f.Variant, f.Variant+1), 0
			return s.Audiences.JudgeContent(r.ctx, r.scope, *b, -1)
		case f.AddVariant:
			b.Content, shown = append(b.Content, broadcast.Variant{Name: variantName(len(b.Content)), Source: source}), len(b.Content)
		}
		return s.Audiences.JudgeContent(r.ctx, r.scope, *b, f.Variant)
	}
	return s.saveStep(r, "content", change, func(page view) view { return f.show(page, typed.source()) }, func(c broadcast.Campaign) error {
		return r.redirect(r.urls().CampaignVariant(c.ID.String(), strconv.Itoa(shown)))
	})
}

// campaignSend saves when and how it goes, and starts it if that was asked for.
func (s *Server) campaignSend(r *request) error {
	var f planForm
	if err := r.bind(&f); err != nil {
		c, missing := s.campaign(r)
		if missing != nil {
			return missing
		}
		_, errs, _ := refusal(err)
		return s.showCampaign(r, fiber.StatusUnprocessableEntity, c, "send", errs)
	}
	change := func(_ broadcast.Campaign, b *broadcast.Brief) error { return f.apply(b) }
	var next func(broadcast.Campaign) error
	if r.post("start") != "" {
		next = func(c broadcast.Campaign) error { return s.startCampaign(r, c) }
	}
	return s.saveStep(r, "send", change, f.show, next)
}
