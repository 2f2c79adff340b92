package contact

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// holding asks of an account whether it holds something of an address. Each question is
// served by an index that begins with the account: no table is read through.
const holding = `SELECT a.account_id FROM accounts a WHERE a.kind <> 'operator' AND (
	EXISTS (SELECT 1 FROM contacts x WHERE x.account_id = a.account_id AND x.address = @address)
	OR EXISTS (SELECT 1 FROM consents x WHERE x.account_id = a.account_id AND x.address = @address)
	OR EXISTS (SELECT 1 FROM topic_choices x WHERE x.account_id = a.account_id AND x.address = @address)
	OR EXISTS (SELECT 1 FROM form_signups x WHERE x.account_id = a.account_id AND x.address = @address)
	OR EXISTS (SELECT 1 FROM suppressions x WHERE x.account_id = a.account_id AND x.stream IN ('transactional', 'broadcast') AND x.address = @address)
	OR EXISTS (SELECT 1 FROM deliveries x WHERE x.account_id = a.account_id AND x.recipient_key = @address))
	ORDER BY a.account_id`

// Holders returns the accounts that hold something of the person at an address. It is
// for passing the person's own request on, and for nothing else: whoever asks learns
// nothing of the answer.
func (s *Service) Holders(ctx context.Context, address string) (accounts []id.ID, err error) {
	err = s.store.SystemRead(ctx, "find whom a person's request concerns", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(holding, map[string]any{"address": address}).Scan(&accounts).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: holders: %w", err)
	}
	return accounts, nil
}

// forgetImported forgets what imports remember of a contact for their undoing.
func (s *Service) forgetImported(ctx context.Context, accountID, contactID id.ID) error {
	return s.store.SystemWrite(ctx, "forget what imports remember of an erased person", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM import_contacts WHERE account_id = ? AND contact_id = ?", accountID, contactID).Error
	})
}
