package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// ErrClosed says that a campaign takes nobody at the moment: it has not begun, is paused
// or has ended.
var ErrClosed = fault.New(fault.Conflict, "This campaign takes nobody at the moment.")

var appended = store.NewBulk("campaign_recipients", "account_id text, campaign_id text, number bigint, contact_id text, address text, zone text, excluded text, why text, variant int, message_id text",
	func(r *Recipient) []any {
		return []any{string(r.AccountID), string(r.CampaignID), r.Number, string(r.ContactID), r.Address, r.Zone, string(r.Excluded), r.Why, r.Variant, string(r.MessageID)}
	})

// Append adds people to a campaign whose audience comes one by one, as that of a step of an
// automation, in the transaction of ctx: they get it once, like everybody whose audience is
// frozen. It locks the campaign's row before its counters, as sending does.
func (s *Service) Append(ctx context.Context, accountID, campaignID id.ID, people []Recipient) error {
	if len(people) == 0 {
		return nil
	}
	err := s.Store.SystemWrite(ctx, "add people to a step of an automation", func(_ context.Context, tx *gorm.DB) error {
		open := tx.Exec("UPDATE campaigns SET next_at = ? WHERE account_id = ? AND campaign_id = ? AND kind = ? AND state = ?", s.Store.Now(), accountID, campaignID, Automation, Sending)
		if open.Error != nil {
			return open.Error
		}
		if open.RowsAffected == 0 {
			return ErrClosed
		}
		c := Campaign{AccountID: accountID, ID: campaignID}
		added := totals{Audience: int64(len(people))}
		for _, r := range people {
			*added.of(r.Excluded)++
		}
		if err := addTotals(tx, c, added); err != nil {
			return err
		}
		var audience int64
		if err := tx.Raw("SELECT audience FROM campaign_totals WHERE account_id = ? AND campaign_id = ?", accountID, campaignID).Scan(&audience).Error; err != nil {
			return err
		}
		for i := range people {
			r := &people[i]
			r.AccountID, r.CampaignID, r.Number, r.MessageID = accountID, campaignID, audience-added.Audience+int64(i)+1, ""
		}
		return appended.Insert(tx, people)
	})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return fmt.Errorf("broadcast: append: %w", err)
	}
	return err
}
