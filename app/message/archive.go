package message

import (
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Archive is the reading side: what became of an account's messages.
type Archive struct {
	store       *store.Store
	audit       *audit.Log
	contentDays int
}

// DefaultContentDays is for how long contents are kept where nothing else is said.
const DefaultContentDays = 30

// NewArchive returns an archive.
func NewArchive(s *store.Store) *Archive { return &Archive{s, audit.New(s), DefaultContentDays} }

// Keeping returns the archive with another number of days for accounts whose plan does
// not say how long contents are kept.
func (a *Archive) Keeping(days int) *Archive { return &Archive{a.store, a.audit, days} }

// Filter narrows a list of deliveries. Zero fields do not.
type Filter struct {
	State     State
	Stream    Stream
	DomainID  id.ID
	Recipient string // lower case; the beginning of an address
	Person    string // key of a mailbox: this address and no other
	Tag       string
	MessageID id.ID
	Campaign  id.ID
	// Destination is where deliveries go together.
	Destination string
	From, To    time.Time // accepted in [From, To)
	Before      id.ID     // older than this delivery: the next page
	After       id.ID     // newer than this delivery: the page before
	Limit       int
}

// Listed is a delivery with its message's subject.
type Listed struct {
	Delivery
	Subject string
}

// Detail is one message with everything that happened to it, oldest first.
type Detail struct {
	Message    Message
	Deliveries []Delivery
	Events     []Event
	Attempts   []Attempt
}

// MostDeliveries and MostSteps bound what one page shows of a message.
const (
	MostDeliveries = 200
	MostSteps      = 400
)
