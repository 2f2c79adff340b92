package message

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"smtpserver/app/id"
)

// ErasedPerson is an address that an account must not mail in a stream, because who has
// it had themselves erased. The address itself is not kept.
type ErasedPerson struct {
	AccountID   id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream      Stream `gorm:"primaryKey"`
	AddressHash string `gorm:"primaryKey"`
	ErasedAt    time.Time
}

// TableName implements gorm's naming.
func (ErasedPerson) TableName() string { return "erased_people" }

const erasedReason = "This person had what you held about them erased."

// ErasedHash is what is kept of an erased address: of the account and the key of the
// mailbox, so that two accounts' lists cannot be compared.
func ErasedHash(accountID id.ID, address string) string {
	sum := sha256.Sum256([]byte("erased person\x00" + string(accountID) + "\x00" + address))
	return hex.EncodeToString(sum[:])
}
