package account

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// FindBySlug finds an account for the operator.
func (s *Service) FindBySlug(ctx context.Context, slug string) (Account, error) {
	var r row
	err := s.store.SystemRead(ctx, "find an account for the operator", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("slug = ?", slug).Take(&r).Error
	})
	if err != nil {
		return Account{}, translate("find", err)
	}
	return r.account(), nil
}

// MostWeight bounds how much more than others an account may get.
const MostWeight = 1000

// WeightOf returns the share of turns that an account has beside others.
func (s *Service) WeightOf(ctx context.Context, accountID id.ID) (weight int, err error) {
	err = s.store.SystemRead(ctx, "read an account's share of turns", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT weight FROM accounts WHERE account_id = ?", accountID).Scan(&weight).Error
	})
	if err != nil {
		return 0, translate("weight", err)
	}
	return weight, nil
}

// SetWeight sets the share of turns that an account has beside others; 1 is the usual one.
func (s *Service) SetWeight(ctx context.Context, accountID id.ID, weight int) error {
	if weight < 1 || weight > MostWeight {
		return fault.New(fault.Invalid, fmt.Sprintf("a weight is a number from 1 to %d", MostWeight))
	}
	err := s.store.SystemWrite(ctx, "set an account's share of turns", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE accounts SET weight = ? WHERE account_id = ?", weight, accountID).Error
	})
	if err != nil {
		return translate("set the weight", err)
	}
	return nil
}
