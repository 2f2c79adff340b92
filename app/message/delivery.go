package message

import (
	"strings"
	"time"

	"smtpserver/app/id"
)

// State is where a delivery stands.
type State string

// The states. Queued, Deferred and Held wait; the others are final.
const (
	Queued     State = "queued"
	Deferred   State = "deferred"
	Held       State = "held"
	Delivered  State = "delivered"
	Bounced    State = "bounced"
	Suppressed State = "suppressed"
	Expired    State = "expired"
	Cancelled  State = "cancelled"
)

// Final reports whether the state never changes again.
func (s State) Final() bool {
	switch s {
	case Delivered, Bounced, Suppressed, Expired, Cancelled:
		return true
	}
	return false
}

// Valid reports whether s is a state, for filters that come from a URL.
func (s State) Valid() bool { return s.Final() || s == Queued || s == Deferred || s == Held }

// Class says whose trouble a failure is. Only the recipient's suppresses.
type Class string

// The classes.
const (
	ClassNone      Class = ""
	ClassRecipient Class = "recipient" // unknown user, no such domain, mailbox closed
	ClassPolicy    Class = "policy"    // content, authentication, size, reputation
	ClassOurs      Class = "ours"      // our network, DNS, TLS or a fault of ours
)

// Delivery is one message × one recipient.
type Delivery struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID           id.ID `gorm:"column:delivery_id;primaryKey"`
	MessageID    id.ID
	Stream       Stream
	DomainID     id.ID
	CredentialID id.ID // "": made by the product itself
	CampaignID   id.ID // "": none
	Tag          string
	Recipient    string // as it goes into RCPT TO
	RecipientKey string // lower case, for finding
	Destination  string // where it goes together with others: a group of domains, or the recipient's
	State        State
	Reason       string // a sentence for people
	Class        Class
	LastReply    string
	Attempts     int
	Ambiguous    int    // attempts after which nobody knows whether the peer took it
	Notify       string // RFC 3461 §4.1
	ORCPT        string `gorm:"column:orcpt"` // RFC 3461 §4.2
	DueAt        time.Time
	LeaseOwner   string // "" when nobody works on it
	LeaseUntil   *time.Time
	Fence        int64 // grows with each claim; an older holder may write nothing
	CreatedAt    time.Time
	ExpiresAt    time.Time
	FinalAt      *time.Time
}

// Domain is the recipient's.
func (d *Delivery) Domain() string { return d.Recipient[strings.LastIndexByte(d.Recipient, '@')+1:] }

// TableName implements gorm's naming.
func (Delivery) TableName() string { return "deliveries" }
