package campaign

import (
	"context"
	"strings"

	"smtpserver/app/id"
)

// sender is who the mail comes from, as the account's settings say.
type sender struct {
	name  string
	lines []string // of the postal address
	must  []string // what of them has to be readable in a mail
}

func (s sender) address() string { return strings.Join(s.lines, ", ") }

// sender reads it; it is remembered for some seconds, for hand-overs in batches.
func (s *Service) sender(ctx context.Context, accountID id.ID) (sender, error) {
	return s.senders.Get(accountID, func() (sender, error) {
		scope := s.scopeOf(accountID)
		a, err := s.accounts.Get(ctx, scope)
		if err != nil {
			return sender{}, err
		}
		d, err := s.accounts.Details(ctx, scope)
		if err != nil {
			return sender{}, err
		}
		out := sender{name: a.Name}
		if d.Street == "" || d.City == "" {
			return out, nil
		}
		if d.LegalName != "" && d.LegalName != a.Name {
			out.lines = append(out.lines, d.LegalName)
		}
		out.lines = append(out.lines, d.Street, strings.TrimSpace(d.Postcode+" "+d.City))
		for _, rest := range []string{d.Region, d.Country} {
			if rest != "" {
				out.lines = append(out.lines, rest)
			}
		}
		for _, part := range []string{d.Postcode, d.City} {
			if part != "" {
				out.must = append(out.must, part)
			}
		}
		return out, nil
	})
}
