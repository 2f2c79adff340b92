package campaign

import (
	"context"

	"smtpserver/app/broadcast"
	"smtpserver/app/precheck"
)

// Judged has the operator's spam filter judge every variant of a campaign as somebody would
// get it. It returns the words of the first that the filter refuses; "" when it takes all,
// or when there is no filter. An error means that it gave no answer.
func (s *Service) Judged(ctx context.Context, c broadcast.Campaign) (refused string, err error) {
	if !s.Checker.Scans() {
		return "", nil
	}
	scope := s.scopeOf(c.AccountID)
	for i := range c.Content {
		one := c
		one.Content = c.Content[i : i+1]
		m, err := s.mail(ctx, scope, one)
		if err != nil {
			return "", err
		}
		if len(m.Transport) == 0 {
			continue
		}
		score, err := s.Checker.Scan(ctx, m.Transport)
		if err != nil {
			return "", err
		}
		if score.Rejects() {
			return precheck.RefusalWords(score), nil
		}
	}
	return "", nil
}
