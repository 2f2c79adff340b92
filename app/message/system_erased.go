package message

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// erased finds which of the addresses had themselves erased from some of the accounts.
// Few accounts have such people: the others cost one look together.
func erased(tx *gorm.DB, accounts []id.ID, addresses []string) (found []SuppressionKey, err error) {
	ofAccount, accountList := store.In(tx, accounts)
	var concerned []id.ID
	if err := tx.Raw("SELECT a.account_id FROM accounts a WHERE a.account_id "+ofAccount+" AND EXISTS (SELECT 1 FROM erased_people e WHERE e.account_id = a.account_id)", accountList).Scan(&concerned).Error; err != nil {
		return nil, fmt.Errorf("message: accounts with erased people: %w", err)
	}
	for _, accountID := range concerned {
		for chunk := range slices.Chunk(addresses, addressesAtOnce) {
			among, err := erasedAmong(tx, accountID, chunk)
			if err != nil {
				return nil, err
			}
			found = append(found, among...)
		}
	}
	return found, nil
}

func erasedAmong(tx *gorm.DB, accountID id.ID, addresses []string) (found []SuppressionKey, err error) {
	known := make(map[string]string, len(addresses))
	hashes := make([]string, len(addresses))
	for i, address := range addresses {
		hashes[i] = ErasedHash(accountID, address)
		known[hashes[i]] = address
	}
	ofHash, hashList := store.In(tx, hashes)
	var rows []ErasedPerson
	err = tx.Raw("SELECT stream, address_hash FROM erased_people WHERE account_id = ? AND stream IN ('transactional', 'broadcast') AND address_hash "+ofHash, accountID, hashList).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("message: erased people: %w", err)
	}
	for _, r := range rows {
		found = append(found, SuppressionKey{Account: accountID, Stream: r.Stream, Address: known[r.AddressHash]})
	}
	return found, nil
}
