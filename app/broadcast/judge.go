package broadcast

import (
	"context"
	"slices"
	"strconv"

	"smtpserver/app/account"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
	"smtpserver/app/submission"
)

// judge says why a campaign cannot be sent as it is. Its fault names the field.
func (s *Service) judge(ctx context.Context, scope account.Scope, c Campaign) error {
	switch {
	case s.Audiences[c.Kind] == nil:
		return fault.New(fault.Unavailable, "Campaigns of this kind cannot be sent here.")
	case c.Plan.Repeat.Any() && c.Kind != ToContacts:
		return fault.Field("repeat", "Only a campaign to contacts can go to new members by itself.")
	case c.DomainID.IsZero():
		return fault.Field("domain", "Choose the domain that it is sent from.")
	case len(c.Content) == 0:
		return fault.Field("body", "Write what is sent.")
	case c.Tested() && c.Test.Share == 0:
		return fault.Field("share", "Give the share of the audience that tests the variants.")
	case c.Tested() && c.Test.Share < 100 && c.Test.After > 0 && c.Test.By == "":
		return fault.Field("by", "Choose what decides the test.")
	}
	if _, err := s.series(ctx, scope, c); err != nil {
		return err
	}
	compiled, err := s.compile(ctx, c)
	if err != nil {
		return err
	}
	for i, v := range compiled {
		if !slices.Contains(v.Fields(), unsubscribeField) {
			return fault.Field("body", "People must be able to leave: put the link {{ "+unsubscribeField+" }} into the content"+ofVariant(c, i)+".")
		}
	}
	return c.Plan.check(s.Store.Now())
}

// unsubscribeField is the merge field of the link by which people leave.
const unsubscribeField = "unsubscribe_url"

func ofVariant(c Campaign, i int) string {
	if !c.Tested() {
		return ""
	}
	return " of variant " + strconv.Itoa(i+1)
}

// compiled are the contents of a campaign by the campaign's revision.
type compiledKey struct {
	campaign string
	revision int64
}

// compile returns the campaign's contents, ready to be rendered.
func (s *Service) compile(ctx context.Context, c Campaign) ([]Content, error) {
	return s.compiled.Get(compiledKey{string(c.ID), c.Revision}, func() ([]Content, error) {
		all := make([]Content, len(c.Content))
		for i, v := range c.Content {
			compiled, err := s.Compile(content.For(ctx, c.AccountID), v.Source)
			if err != nil {
				return nil, err
			}
			all[i] = compiled
		}
		return all, nil
	})
}

// series judges what all messages of the campaign share.
func (s *Service) series(ctx context.Context, scope account.Scope, c Campaign) (*submission.Series, error) {
	d, err := s.Domains.Get(ctx, scope, c.DomainID)
	if err != nil {
		return nil, err
	}
	shared := submission.Shared{FromName: c.FromName, Domain: c.DomainID, Campaign: c.ID, List: c.TopicID}
	if shared.List.IsZero() {
		shared.List = c.AccountID
	}
	if shared.From, err = address.Parse(c.FromLocal + "@" + d.Name); err != nil {
		return nil, fault.Field("from_local", "Give what stands before the @, like news.")
	}
	if c.ReplyTo != "" {
		if shared.ReplyTo, err = address.Parse(c.ReplyTo); err != nil {
			return nil, fault.Field("reply_to", "This is no address that can be written to.")
		}
	}
	return s.Submission.Series(ctx, scope, shared)
}
