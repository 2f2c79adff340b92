package limit

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// SetFor limits what leaves for an account that the operator names; 0 takes the limit away.
func (r *Rates) SetFor(ctx context.Context, accountID id.ID, kind RateKind, subject string, perMinute int) error {
	err := r.store.SystemWrite(ctx, "set a rate for the operator", func(_ context.Context, tx *gorm.DB) error {
		if kind == OfCredential {
			var n int
			err := tx.Raw("SELECT COUNT(*) FROM credentials WHERE account_id = ? AND credential_id = ?", accountID, subject).Scan(&n).Error
			if err != nil {
				return err
			}
			if n == 0 {
				return fault.New(fault.NotFound, "this account has no such credential")
			}
		}
		return r.change(tx, accountID, kind, subject, perMinute)
	})
	if err != nil {
		return fmt.Errorf("limit: set a rate: %w", err)
	}
	return nil
}

// AllOf lists the rates of an account that the operator names.
func (r *Rates) AllOf(ctx context.Context, accountID id.ID) (rows []SendingRate, err error) {
	err = r.store.SystemRead(ctx, "list rates for the operator", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ?", accountID).Order("kind, subject").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("limit: rates: %w", err)
	}
	return rows, nil
}
