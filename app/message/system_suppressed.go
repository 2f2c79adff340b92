package message

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// SuppressionKey is an address that an account must not mail in a stream.
type SuppressionKey struct {
	Account id.ID
	Stream  Stream
	Address string // lower case
}

// addressesAtOnce bounds the parameters of one look-up.
const addressesAtOnce = 5000

// Suppressions finds which of the addresses some of the accounts must not mail, with
// the reason. Both streams are named because the index goes account, stream, address:
// left out, a look would go over the account's whole list.
func Suppressions(tx *gorm.DB, accounts []id.ID, addresses []string) (map[SuppressionKey]string, error) {
	found := map[SuppressionKey]string{}
	ofAccount, accountList := store.In(tx, accounts)
	for chunk := range slices.Chunk(addresses, addressesAtOnce) {
		ofAddress, addressList := store.In(tx, chunk)
		rows, err := scan(tx.Raw(`SELECT account_id, stream, address, reason FROM suppressions
			WHERE account_id `+ofAccount+` AND stream IN ('transactional', 'broadcast') AND address `+ofAddress, accountList, addressList), scanSuppression)
		if err != nil {
			return nil, fmt.Errorf("message: suppressions: %w", err)
		}
		for _, r := range rows {
			found[SuppressionKey{r.AccountID, r.Stream, r.Address}] = r.Reason
		}
	}
	gone, err := erased(tx, accounts, addresses)
	for _, key := range gone {
		found[key] = erasedReason
	}
	return found, err
}
