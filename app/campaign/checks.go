package campaign

import (
	"context"
	"slices"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/precheck"
)

// sampleSize is how many of the account's contacts are asked for their fields.
const sampleSize = 200

// Checks makes the checks before sending; what others are asked takes some seconds.
func (s *Service) Checks(ctx context.Context, scope account.Scope, c broadcast.Campaign) ([]precheck.Check, error) {
	m, err := s.mail(ctx, scope, c)
	if err != nil {
		return nil, err
	}
	return s.Checker.Run(ctx, m), nil
}

// Blocking is what keeps the campaign from starting. It asks nobody outside.
func (s *Service) Blocking(ctx context.Context, scope account.Scope, c broadcast.Campaign) ([]precheck.Check, error) {
	var bad []precheck.Check
	for i := range c.Content {
		one := c
		one.Content = c.Content[i : i+1]
		m, err := s.mail(ctx, scope, one)
		if err != nil {
			return nil, err
		}
		for _, check := range precheck.Blocking(precheck.Local(m)) {
			if !slices.ContainsFunc(bad, func(b precheck.Check) bool { return b.Name == check.Name }) {
				bad = append(bad, check)
			}
		}
	}
	return bad, nil
}

// Start lets a campaign start that nothing keeps from it.
func (s *Service) Start(ctx context.Context, scope account.Scope, c broadcast.Campaign) error {
	a, err := ParseAudience(c.Audience)
	if err != nil {
		return err
	}
	if err := a.check(); err != nil {
		return err
	}
	blocking, err := s.Blocking(ctx, scope, c)
	if err != nil {
		return err
	}
	if len(blocking) > 0 {
		words := make([]string, len(blocking))
		for i, b := range blocking {
			words[i] = b.Words
		}
		return fault.New(fault.Invalid, "It cannot start yet. "+strings.Join(words, " "))
	}
	return s.Campaigns.Start(ctx, scope, c.ID)
}

// mail is the campaign's first variant as somebody would get it.
func (s *Service) mail(ctx context.Context, scope account.Scope, c broadcast.Campaign) (precheck.Mail, error) {
	m := precheck.Mail{HTTPS: s.HTTPS, Stopped: s.Stopped}
	var err error
	if !c.DomainID.IsZero() {
		if m.Domain, err = s.Domains.Show(ctx, scope, c.DomainID); err != nil && !fault.Is(err, fault.NotFound) {
			return m, err
		}
	}
	from, err := s.sender(ctx, scope.AccountID())
	if err != nil {
		return m, err
	}
	m.Address = from.must
	if len(c.Content) == 0 || c.Content[0].Source.Body == "" {
		return m, nil
	}
	compiled, err := s.Compiler.Compile(ctx, c.Content[0].Source)
	if err != nil {
		return m, err
	}
	person := s.somebody(from)
	rendered, err := compiled.Render(person)
	if err != nil {
		return m, err
	}
	m.HTML, m.Text, m.Leaving = rendered.HTML, rendered.Text, []string{person.UnsubscribeURL, person.PreferencesURL}
	if err := s.sample(ctx, scope, compiled, from, &m); err != nil {
		return m, err
	}
	m.Transport = s.transport(ctx, scope, c, rendered)
	return m, nil
}

// transport is the mail as it would be handed over, for the spam filter; nil while
// something that it needs is missing.
func (s *Service) transport(ctx context.Context, scope account.Scope, c broadcast.Campaign, r content.Rendered) []byte {
	l, err := s.letter(ctx, scope, c, r, content.Sample().Email)
	if err != nil {
		return nil
	}
	raw, err := l.series.Content(l.Letter, s.store.Now())
	if err != nil {
		return nil
	}
	return raw
}

// somebody is whom previews and checks are made for, when no contact is chosen.
func (s *Service) somebody(from sender) content.Person {
	p := content.Sample()
	p.Sender, p.SenderAddress = from.name, from.address()
	return p
}

// sample asks the newest contacts what the mail's fields need. A sample says enough, and
// costs the same at any size.
func (s *Service) sample(ctx context.Context, scope account.Scope, compiled *content.Compiled, from sender, m *precheck.Mail) error {
	found, err := s.contacts.Find(ctx, scope, contact.Filter{Limit: sampleSize})
	if err != nil {
		return err
	}
	m.Sample, m.Missing = len(found), map[string]int{}
	for _, c := range found {
		for _, field := range compiled.Missing(s.personOf(c, from)) {
			m.Missing[field]++
		}
	}
	fields, err := s.contacts.Fields(ctx, scope)
	if err != nil {
		return err
	}
	for _, name := range compiled.Fields() {
		key, custom := strings.CutPrefix(name, "fields.")
		if custom && !slices.ContainsFunc(fields, func(f contact.Field) bool { return f.Key == key }) {
			m.Unfilled = append(m.Unfilled, name)
		}
	}
	return nil
}

// personOf is a contact as merge fields see it.
func (s *Service) personOf(c contact.Contact, from sender) content.Person {
	p := s.somebody(from)
	p.Email, p.Name, p.Company, p.Language, p.Fields = c.Address, c.Name, c.Company, c.Language, c.Attributes
	return p
}
