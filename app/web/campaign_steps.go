package web

import (
	"slices"
	"strconv"

	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/precheck"
	"smtpserver/views/components"
	"smtpserver/views/pages"
)

// revisionOf is what a form carries, so that nobody overwrites what they have not seen.
func revisionOf(c broadcast.Campaign) string { return strconv.FormatInt(c.Revision, 10) }

// audienceStep is the first step: lists and segments, and how many that is.
func (s *Server) audienceStep(r *request, c broadcast.Campaign) (view, error) {
	a, err := campaign.ParseAudience(c.Audience)
	if err != nil {
		return nil, err
	}
	v := pages.CampaignAudience{CampaignHead: s.draftHead(r, c, "audience"), Topic: string(c.TopicID), Topics: []components.Option{{Label: "Nothing in particular"}}}
	if v.Total, err = s.Contacts.Total(r.ctx, r.scope); err != nil {
		return nil, err
	}
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	segments, err := s.Contacts.Segments(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	for _, l := range lists {
		v.Sets = append(v.Sets, setChoice(a, campaign.Set{Kind: campaign.OfList, ID: l.ID}, l.Name, l.Members))
	}
	for _, x := range segments {
		v.Sets = append(v.Sets, setChoice(a, campaign.Set{Kind: campaign.OfSegment, ID: x.ID}, x.Name, x.Counted))
	}
	v.Everyone = slices.Contains(a.Include, campaign.Set{Kind: campaign.Everyone})
	topics, err := s.Contacts.Topics(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	for _, t := range topics {
		v.Topics = append(v.Topics, components.Option{Value: t.ID.String(), Label: t.Name})
	}
	if v.Follows, err = s.followWords(r, c); err != nil {
		return nil, err
	}
	v.Count, err = s.countPage(r, c, countPatience)
	return v, err
}

func setChoice(a campaign.Audience, set campaign.Set, name string, members int64) pages.SetChoice {
	return pages.SetChoice{
		Value: set.String(), Name: name, Segment: set.Kind == campaign.OfSegment, Members: members,
		Included: slices.Contains(a.Include, set), Excluded: slices.Contains(a.Exclude, set),
	}
}

// followWords says which part of the audience a campaign that follows another is for.
func (s *Server) followWords(r *request, c broadcast.Campaign) (string, error) {
	if c.Follows == broadcast.FollowsNone {
		return "", nil
	}
	before, err := s.Campaigns.Get(r.ctx, r.scope, c.ParentID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if c.Follows == broadcast.FollowsUnopened {
		return "It goes to those of the audience who got “" + before.Name + "” and have neither opened it nor followed a link, as far as people can be told from programs.", nil
	}
	return "It goes to those of the audience who were in none of the campaigns that “" + before.Name + "” belongs to.", nil
}

// contentStep is the second step.
func (s *Server) contentStep(r *request, c broadcast.Campaign) (view, error) {
	variant, err := strconv.Atoi(r.query("variant"))
	if err != nil || variant < 0 || variant >= len(c.Content) {
		variant = 0
	}
	v := pages.CampaignContent{
		CampaignHead: s.draftHead(r, c, "content"), Domain: string(c.DomainID), FromName: c.FromName, FromLocal: c.FromLocal, ReplyTo: c.ReplyTo, Variant: variant,
	}
	source := content.Source{Kind: content.Markdown}
	if variant < len(c.Content) {
		source = c.Content[variant].Source
	}
	v.Subject, v.Preheader = source.Subject, source.Preheader
	for i := range max(1, len(c.Content)) {
		v.Variants = append(v.Variants, variantName(i))
	}
	if v.Editor, err = s.contentEditor(r, source, v.Denied, nil); err != nil {
		return nil, err
	}
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	v.Domains = provenOptions(domains)
	v.Templates, err = s.templateOptions(r)
	return v, err
}

// templateOptions are what a content may begin with.
func (s *Server) templateOptions(r *request) ([]components.Option, error) {
	all, err := s.Templates.List(r.ctx, r.scope)
	options := []components.Option{{Label: "A template …"}}
	for _, t := range all {
		options = append(options, components.Option{Value: t.ID.String(), Label: t.Name})
	}
	return options, err
}

func variantName(i int) string { return string(rune('A' + i)) }

// checksStep is the third step; what takes time is asked for by the page itself.
func (s *Server) checksStep(r *request, c broadcast.Campaign) (view, error) {
	count, err := s.countPage(r, c, countPatience)
	v := pages.CampaignChecks{CampaignHead: s.draftHead(r, c, "checks"), Count: count, Email: r.user.Email}
	v.Loading = v.Denied == ""
	return v, err
}

func checkRows(checks []precheck.Check) (rows []pages.CheckRow) {
	for _, c := range checks {
		rows = append(rows, pages.CheckRow{Name: string(c.Name), Verdict: string(c.Verdict), Words: c.Words, Remedy: c.Remedy, Details: c.Details})
	}
	return rows
}

// sendStep is the last step.
func (s *Server) sendStep(r *request, c broadcast.Campaign) (view, error) {
	v := pages.CampaignSend{CampaignHead: s.draftHead(r, c, "send"), TrackOpens: c.TrackOpens, TrackClicks: c.TrackClicks}
	details, err := s.Accounts.Details(r.ctx, r.scope)
	if err != nil {
		return nil, err
	}
	fillPlan(&v, c, details.TimeZone)
	for i := range c.Content {
		v.Variants = append(v.Variants, variantName(i))
	}
	blocking, err := s.Audiences.Blocking(r.ctx, r.scope, c)
	if _, errs, ok := refusal(err); ok {
		blocking = []precheck.Check{{Name: "content", Verdict: precheck.Bad, Words: firstOf(errs), Remedy: "Mend it in the step Content."}}
	} else if err != nil {
		return nil, err
	}
	if !hasAudience(c) {
		blocking = append(blocking, precheck.Check{Name: "audience", Verdict: precheck.Bad, Words: "No audience is chosen.", Remedy: "Choose it in the step Audience."})
	}
	v.Blocking = checkRows(blocking)
	v.Ready["checks"] = len(blocking) == 0
	v.Count, err = s.countPage(r, c, countPatience)
	return v, err
}
