package message

import (
	"time"

	"smtpserver/app/id"
)

// EventKind names a step in a message's journey.
type EventKind string

// The kinds of events.
const (
	EventAccepted       EventKind = "accepted"
	EventDelivered      EventKind = "delivered"
	EventDeferred       EventKind = "deferred"
	EventBounced        EventKind = "bounced"
	EventSuppressed     EventKind = "suppressed"
	EventExpired        EventKind = "expired"
	EventCancelled      EventKind = "cancelled"
	EventHeld           EventKind = "held"
	EventComplained     EventKind = "complained" // the recipient does not want it
	EventOpened         EventKind = "opened"
	EventClicked        EventKind = "clicked"
	EventUnsubscribed   EventKind = "unsubscribed" // they left, by a link in the message
	EventPaused         EventKind = "paused"       // they want no more for a time
	EventResubscribed   EventKind = "resubscribed" // they came back, by the same link
	EventReleased       EventKind = "released"
	EventRetried        EventKind = "retried"         // a person asked for the next try now
	EventMaybeDelivered EventKind = "maybe_delivered" // the peer may have taken it; nobody saw its answer
)

// Event is one step, written in the transaction of the step itself.
type Event struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	MessageID  id.ID  `gorm:"column:message_id;primaryKey"`
	ID         id.ID  `gorm:"column:event_id;primaryKey"`
	DeliveryID *id.ID // nil: about the whole message
	AttemptID  *id.ID
	Kind       EventKind
	Reason     string
	Class      Class  // whose trouble it is, of a failure
	Verdict    string // key of the table that said so; see package verdict
	NextStep   string // what the sender should do
	Reply      string
	At         time.Time
}

// TableName implements gorm's naming.
func (Event) TableName() string { return "events" }

// Attempt is one transaction with one server, for one or more recipients of a message.
type Attempt struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	MessageID  id.ID  `gorm:"column:message_id;primaryKey"`
	ID         id.ID  `gorm:"column:attempt_id;primaryKey"`
	Host       string // "" when none was reached
	RemoteAddr string
	LocalAddr  string
	TLS        string `gorm:"column:tls"` // version, cipher and certificate verdict in words
	Selector   string // DKIM selector the message was signed with
	StartedAt  time.Time
	DurationUS int64  `gorm:"column:duration_us"`
	Transcript []Line `gorm:"serializer:json"`
}

// TableName implements gorm's naming.
func (Attempt) TableName() string { return "attempts" }

// Line is one line of an SMTP conversation.
type Line struct {
	AtMS int64  `json:"t"` // milliseconds since the attempt began
	Side string `json:"s"` // "C" client (us) or "S" server
	Text string `json:"x"`
}
