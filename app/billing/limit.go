package billing

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
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

// MostContacts is how many contacts an account's plan has room for; 0 is no bound. It is
// for imports, which run in no session.
func (s *Service) MostContacts(ctx context.Context, accountID id.ID) (most int64, err error) {
	err = s.store.SystemRead(ctx, "see how many contacts a plan has room for", func(_ context.Context, tx *gorm.DB) error {
		l, _, err := plansLimits(tx, accountID)
		most = l.Contacts
		return err
	})
	return most, translate("contacts of a plan", noSubscription, err)
}

// MayOwnAddress reports whether an account may have sending addresses of its own: its plan
// includes them, or it is on none.
func (s *Service) MayOwnAddress(ctx context.Context, accountID id.ID) (may bool, err error) {
	err = s.store.SystemRead(ctx, "see whether a plan includes an address", func(_ context.Context, tx *gorm.DB) error {
		l, on, err := plansLimits(tx, accountID)
		may = !on || l.OwnAddress
		return err
	})
	return may, translate("address of a plan", noSubscription, err)
}
