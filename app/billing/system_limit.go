package billing

import (
	"context"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

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
