package campaign

import (
	"context"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/submission"
)

// letter is one message of a draft that is no part of the campaign: a test, or what the
// spam filter judges.
type letter struct {
	submission.Letter
	series *submission.Series
}

func (s *Service) letter(ctx context.Context, scope account.Scope, c broadcast.Campaign, r content.Rendered, to string) (l letter, err error) {
	d, err := s.Domains.Get(ctx, scope, c.DomainID)
	if fault.Is(err, fault.NotFound) {
		return l, fault.Field("domain", "Choose the domain that it is sent from.")
	}
	if err != nil {
		return l, err
	}
	shared := submission.Shared{FromName: c.FromName, Domain: d.ID, List: scope.AccountID()}
	if shared.From, err = address.Parse(c.FromLocal + "@" + d.Name); err != nil {
		return l, fault.Field("from_local", "Give what stands before the @, like news.")
	}
	l.ID, l.Subject, l.Text, l.HTML = id.New(), r.Subject, r.Text, r.HTML
	if l.To, err = address.Parse(to); err != nil {
		return l, fault.New(fault.Invalid, "This is no address that can be written to.")
	}
	if l.Unsubscribe, _, err = s.Leaving.URLs(scope.AccountID(), l.ID, ""); err != nil {
		return l, err
	}
	l.series, err = s.Submission.Series(ctx, scope, shared)
	return l, err
}

// Test sends a variant as it is now to one member of the account, filled in for somebody
// made up. It belongs to no campaign, so that no number counts it.
func (s *Service) Test(ctx context.Context, scope account.Scope, c broadcast.Campaign, variant int, to string) error {
	from, err := s.sender(ctx, scope.AccountID())
	if err != nil {
		return err
	}
	_, err = s.Campaigns.SendTest(ctx, scope, c.ID, variant, to, s.somebody(from))
	return err
}

// Preview is a variant as a contact gets it; "" is somebody made up.
func (s *Service) Preview(ctx context.Context, scope account.Scope, c broadcast.Campaign, variant int, contactID id.ID) (r content.Rendered, err error) {
	if variant < 0 || variant >= len(c.Content) {
		return r, fault.New(fault.NotFound, "There is no such variant.")
	}
	from, err := s.sender(ctx, scope.AccountID())
	if err != nil {
		return r, err
	}
	person := s.somebody(from)
	if !contactID.IsZero() {
		var who contact.Contact
		if who, err = s.contacts.Get(ctx, scope, contactID); err != nil {
			return r, err
		}
		person = s.personOf(who, from)
	}
	compiled, err := s.Compiler.Compile(ctx, c.Content[variant].Source)
	if err != nil {
		return r, err
	}
	return compiled.Render(person)
}
