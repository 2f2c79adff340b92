package departure

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

// holdAtOnce bounds one round; the next one does the rest.
const holdAtOnce = 20

// HoldDue goes on holding what waits in accounts that were closed, a part of each in turn:
// a million deliveries are not held within one request.
func (s *Service) HoldDue(ctx context.Context, mint func(accountID id.ID) account.Scope) error {
	var due []id.ID
	err := s.Store.SystemRead(ctx, "find closed accounts with mail that waits", func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&closureRow{}).Where("held_at IS NULL").Order("closed_at").Limit(holdAtOnce).Pluck("account_id", &due).Error
	})
	errs := []error{asIs("find accounts to hold", err)}
	for _, accountID := range due {
		errs = append(errs, asIs("hold what waits", s.holdSome(ctx, mint(accountID))))
	}
	return errors.Join(errs...)
}
