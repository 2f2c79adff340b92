package message

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// SuppressedAmong returns which of the addresses (keys of mailboxes) an account must not
// mail in some stream, within the transaction of ctx. A system step, because a list of
// thousands of addresses is handed over as one parameter, which the guard cannot judge.
func SuppressedAmong(ctx context.Context, s *store.Store, accountID id.ID, addresses []string) (found map[string][]Suppression, err error) {
	found = map[string][]Suppression{}
	if len(addresses) == 0 {
		return found, nil
	}
	list, err := json.Marshal(addresses)
	if err != nil {
		return nil, fmt.Errorf("message: suppressed among: %w", err)
	}
	among := "IN (SELECT value FROM json_each(?))"
	if s.Engine() == store.Postgres {
		among = "= ANY(ARRAY(SELECT json_array_elements_text(?::json)))" // an array keeps to the index, whatever the statistics say
	}
	var rows []Suppression
	var gone []SuppressionKey
	err = s.SystemRead(ctx, "which addresses of an import the account must not mail", func(_ context.Context, tx *gorm.DB) error {
		err := tx.Raw("SELECT * FROM suppressions WHERE account_id = ? AND stream IN ('transactional', 'broadcast') AND address "+among, accountID, string(list)).Scan(&rows).Error
		if err == nil {
			gone, err = erased(tx, []id.ID{accountID}, addresses)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("message: suppressed among: %w", err)
	}
	for _, row := range rows {
		found[row.Address] = append(found[row.Address], row)
	}
	for _, key := range gone {
		found[key.Address] = append(found[key.Address], Suppression{AccountID: accountID, Stream: key.Stream, Address: key.Address, Reason: erasedReason})
	}
	return found, nil
}
