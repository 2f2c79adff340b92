package campaign

import (
	"context"
	"encoding/json"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// beginning is what a new campaign says. The layout of Markdown adds what every mail needs:
// the sender with the address, and the way to leave.
const beginning = `# Good morning {{ first_name | default: "friend" }}

Write here what you have to tell.
`

// Create makes a draft that comes from the account's proven domain.
func (s *Service) Create(ctx context.Context, scope account.Scope, name string) (broadcast.Campaign, error) {
	from, err := s.sender(ctx, scope.AccountID())
	if err != nil {
		return broadcast.Campaign{}, err
	}
	details, err := s.accounts.Details(ctx, scope)
	if err != nil {
		return broadcast.Campaign{}, err
	}
	domains, err := s.Domains.List(ctx, scope)
	if err != nil {
		return broadcast.Campaign{}, err
	}
	b := broadcast.Brief{
		Kind: broadcast.ToContacts, Name: name, FromName: from.name, FromLocal: "news",
		Plan:    broadcast.Plan{When: broadcast.Now, Zone: details.TimeZone},
		Content: []broadcast.Variant{{Name: "A", Source: content.Source{Kind: content.Markdown, Body: beginning}}},
	}
	for _, d := range domains {
		if d.State == domain.Verified || d.MaySend() && b.DomainID.IsZero() {
			b.DomainID = d.ID
		}
	}
	tracked, err := s.Switches.For(ctx, scope.AccountID(), b.DomainID, message.Broadcast, "")
	if err != nil {
		return broadcast.Campaign{}, err
	}
	b.TrackOpens, b.TrackClicks = tracked.Opens, tracked.Clicks
	return s.Campaigns.Create(ctx, scope, b)
}

// Judge says what is wrong with an audience: whether somebody can be in it, and whether
// its lists, segments and topic are the account's. It returns it as a campaign keeps it.
func (s *Service) Judge(ctx context.Context, scope account.Scope, a Audience, topicID id.ID) (json.RawMessage, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	if _, err := s.rulesOf(ctx, scope, a, s.store.Now()); err != nil {
		return nil, err
	}
	if !topicID.IsZero() {
		topics, err := s.contacts.Topics(ctx, scope)
		if err != nil {
			return nil, err
		}
		known := false
		for _, t := range topics {
			known = known || t.ID == topicID
		}
		if !known {
			return nil, fault.Field("topic", "There is no such topic.")
		}
	}
	return a.JSON()
}

// JudgeContent says what is wrong with what was written, with its line, and with whom it
// comes from. A variant of -1 asks about the sender alone. What is still missing is not
// wrong: it is a draft.
func (s *Service) JudgeContent(ctx context.Context, scope account.Scope, b broadcast.Brief, variant int) error {
	if !b.DomainID.IsZero() {
		d, err := s.Domains.Get(ctx, scope, b.DomainID)
		if fault.Is(err, fault.NotFound) || err == nil && !d.MaySend() {
			return fault.Field("domain", "Choose one of your proven domains.")
		}
		if err != nil {
			return err
		}
	}
	if variant < 0 || variant >= len(b.Content) || b.Content[variant].Source.Body == "" {
		return nil
	}
	_, err := s.Compiler.Compile(ctx, b.Content[variant].Source)
	return err
}
