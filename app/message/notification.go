package message

import (
	"slices"
	"strings"
	"time"

	"smtpserver/app/id"
)

// Action is what a sender is told of a delivery (RFC 3464 §2.3.3).
type Action string

// The actions.
const (
	ActionFailed    Action = "failed"
	ActionDelayed   Action = "delayed"
	ActionRelayed   Action = "relayed"   // to a server that does not report
	ActionDelivered Action = "delivered" // as the server that took it reported
)

// asked is the word of NOTIFY that asks for an action (RFC 3461 §4.1).
var asked = map[Action]string{ActionFailed: "FAILURE", ActionDelayed: "DELAY", ActionRelayed: "SUCCESS", ActionDelivered: "SUCCESS"}

// Notification is the duty to tell a sender about a delivery. Its key makes it one of
// each kind, whatever is tried again.
type Notification struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	DeliveryID id.ID  `gorm:"primaryKey"`
	Action     Action `gorm:"primaryKey"`
	MessageID  id.ID
	DueAt      time.Time
	SettledAt  *time.Time // sent, or not needed any more
	SentAs     *id.ID     // the message that carries it; nil when not needed
}

// TableName implements gorm's naming.
func (Notification) TableName() string { return "notifications" }

// Wants reports whether the sender asked to be told. Who did not ask is not: the pages
// say it anyway.
func (d *Delivery) Wants(a Action) bool {
	return slices.Contains(strings.Split(d.Notify, ","), asked[a])
}

// Tells reports whether the action is true of the delivery as it stands.
func (a Action) Tells(d *Delivery) bool {
	switch a {
	case ActionFailed:
		return d.State == Bounced || d.State == Expired || d.State == Suppressed
	case ActionDelayed:
		return d.State == Queued || d.State == Deferred
	}
	return d.State == Delivered
}

// delayTold is how long after its first failed try a delay is worth telling.
const delayTold = 4 * time.Hour

// Notifications is what the sender is to be told when a delivery comes into a state.
// What its own account cancelled needs no telling. reports says that the server that
// took it tells the sender itself (RFC 3461 §5.2.2).
func (d *Delivery) Notifications(s State, reports bool, now time.Time) []Notification {
	a, due := ActionFailed, now
	switch s {
	case Bounced, Expired, Suppressed:
	case Deferred:
		a, due = ActionDelayed, now.Add(delayTold)
	case Delivered:
		a = ActionRelayed
	default:
		return nil
	}
	if !d.Wants(a) || a == ActionRelayed && reports {
		return nil
	}
	return []Notification{{AccountID: d.AccountID, DeliveryID: d.ID, Action: a, MessageID: d.MessageID, DueAt: due}}
}
