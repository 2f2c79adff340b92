package billing

import (
	"context"

	"smtpserver/app/account"
)

// Most is how many of a thing the account's plan lets it have; 0 is no bound.
func (s *Service) Most(ctx context.Context, scope account.Scope, t account.Thing) (int64, error) {
	sub, found, err := s.Subscription(ctx, scope)
	if err != nil || !found || sub.EndedOn != "" {
		return 0, err
	}
	switch t {
	case account.Domains:
		return sub.Plan.Limits.Domains, nil
	case account.Members:
		return sub.Plan.Limits.Members, nil
	case account.Contacts:
		return sub.Plan.Limits.Contacts, nil
	}
	return 0, nil
}
