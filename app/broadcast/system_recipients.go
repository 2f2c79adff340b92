package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

var recipientRows = store.NewBulk(`campaign_recipients`, `account_id text, campaign_id text, number bigint, contact_id text, address text, zone text, excluded text,
	why text, variant int, message_id text`,
	func(r *Recipient) []any {
		return []any{
			string(r.AccountID), string(r.CampaignID), r.Number, string(r.ContactID), r.Address, r.Zone, string(r.Excluded),
			r.Why, r.Variant, string(r.MessageID),
		}
	})

// AddRecipients writes rows of an audience that is no question to the database, within
// the transaction of ctx: for Audience.Freeze.
func AddRecipients(ctx context.Context, s *store.Store, rows []Recipient) error {
	err := s.SystemWrite(ctx, "freeze a part of an audience", func(_ context.Context, tx *gorm.DB) error {
		return recipientRows.Insert(tx, rows)
	})
	if err != nil {
		return fmt.Errorf("broadcast: add recipients: %w", err)
	}
	return nil
}
