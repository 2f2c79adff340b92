package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
)

const (
	// erasedAddress stands in the place of an erased address, another one for each row, which
	// the index wants. It is no address: .invalid never exists (RFC 6761 §6.4).
	erasedAddress = "'erased.' || CAST(number AS TEXT) || '@erased.invalid'"
	erasedWhy     = "They had what you held about them erased."
)

// ErasePerson takes an address out of the account's campaigns. Who waits of them is
// skipped; that and when the others got something stays, and counts. It can be done again.
func (s *Service) ErasePerson(ctx context.Context, scope account.Scope, address string) error {
	accountID, err := scope.Account()
	if err != nil {
		return err
	}
	err = s.Store.SystemWrite(ctx, "take an erased person out of an account's campaigns", func(_ context.Context, tx *gorm.DB) error {
		var campaigns []id.ID
		err := tx.Raw("SELECT campaign_id FROM campaign_recipients WHERE account_id = ? AND address = ? AND excluded <> 'duplicate' ORDER BY campaign_id", accountID, address).Scan(&campaigns).Error
		if err != nil {
			return err
		}
		for _, campaignID := range campaigns {
			if err := eraseFrom(tx, Campaign{AccountID: accountID, ID: campaignID}, address); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("broadcast: erase a person: %w", err)
	}
	return nil
}

// eraseFrom takes an address out of one campaign. A duplicate row stands beside one that
// is none.
func eraseFrom(tx *gorm.DB, c Campaign, address string) error {
	skipped := tx.Exec("UPDATE campaign_recipients SET excluded = 'skipped', why = ? WHERE account_id = ? AND campaign_id = ? AND address = ? AND "+isWaiting,
		erasedWhy, c.AccountID, c.ID, address)
	if skipped.Error != nil {
		return skipped.Error
	}
	for _, which := range []string{"excluded <> 'duplicate'", "excluded <> '' AND excluded = 'duplicate'"} {
		err := tx.Exec("UPDATE campaign_recipients SET address = "+erasedAddress+", contact_id = '' WHERE account_id = ? AND campaign_id = ? AND address = ? AND "+which,
			c.AccountID, c.ID, address).Error
		if err != nil {
			return err
		}
	}
	return addTotals(tx, c, totals{Waiting: -skipped.RowsAffected, Skipped: skipped.RowsAffected})
}
