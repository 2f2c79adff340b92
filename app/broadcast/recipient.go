package broadcast

import (
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Recipient is one person of a frozen audience.
type Recipient struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	CampaignID id.ID  `gorm:"primaryKey"`
	Number     int64  `gorm:"primaryKey"` // 1, 2, 3 … without gaps
	ContactID  id.ID  // "" where the audience has none
	Address    string // canonical
	Zone       string // IANA; "" unless the plan goes by it, and when it is not known
	Excluded   Reason
	Why        string // a sentence for people; "" when included
	Variant    int    // of the content it got
	MessageID  id.ID  // "" until it is handed over
}

// TableName implements gorm's naming.
func (Recipient) TableName() string { return "campaign_recipients" }

// Reason is why somebody of the audience gets nothing.
type Reason string

// The reasons. Suppressed and OptedOut may also come while the campaign is sent.
const (
	Included   Reason = ""
	Suppressed Reason = "suppressed" // bounced, complained, or put on the list by the account
	OptedOut   Reason = "opted_out"  // of the topic or of everything, by their own wish
	Invalid    Reason = "invalid"    // no address that mail can go to
	Duplicate  Reason = "duplicate"  // another row has the same mailbox
	Skipped    Reason = "skipped"    // cancelled, or gone since the audience was frozen
)

// Listed names one number of the sums, whose list a page opens.
type Listed string

// The numbers.
const (
	ListAll        Listed = ""
	ListSent       Listed = "sent"
	ListWaiting    Listed = "waiting"
	ListSuppressed Listed = "suppressed"
	ListOptedOut   Listed = "opted_out"
	ListInvalid    Listed = "invalid"
	ListDuplicate  Listed = "duplicate"
	ListFailed     Listed = "failed"
	ListSkipped    Listed = "skipped"
)

// Outcome is a recipient with what became of them.
type Outcome struct {
	Recipient
	Delivery message.State // "" when nothing was handed over
	Reason   string        // a sentence for people
	Reply    string        // of the server
	At       time.Time     // of the delivery's end, or since when it waits; zero before

	deliveryID id.ID
}
