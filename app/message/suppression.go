package message

import (
	"time"

	"smtpserver/app/id"
)

// Suppression is an address that an account must not mail in a stream.
type Suppression struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Stream    Stream `gorm:"primaryKey"`
	Address   string `gorm:"primaryKey"` // lower case
	Reason    string
	MessageID *id.ID // the message that brought it about
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Suppression) TableName() string { return "suppressions" }
