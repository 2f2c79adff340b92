package message

import (
	"time"

	"smtpserver/app/id"
)

// Operation is what a person does to deliveries that wait.
type Operation string

// The operations.
const (
	Hold    Operation = "hold"    // nothing is tried until somebody releases it
	Release Operation = "release" // what is held is due now
	Retry   Operation = "retry"   // what is deferred is due now
	Cancel  Operation = "cancel"  // final: nothing more is tried
)

// effect is what an operation does to one delivery.
type effect struct {
	from   []State
	to     State
	event  EventKind
	reason string // the delivery's from then on; "" leaves it
	told   string // the event's
}

var effects = map[Operation]effect{
	Hold:    {[]State{Queued, Deferred}, Held, EventHeld, "Held by somebody of this account. Nothing is tried until it is released.", "Somebody held it."},
	Release: {[]State{Held}, Queued, EventReleased, "", "Somebody released it."},
	Retry:   {[]State{Deferred}, Deferred, EventRetried, "", "Somebody asked for the next try now."},
	Cancel:  {[]State{Queued, Deferred, Held}, Cancelled, EventCancelled, "Cancelled by somebody of this account.", "Somebody cancelled it."},
}

// Valid reports whether o is an operation, for what comes from a form.
func (o Operation) Valid() bool { _, known := effects[o]; return known }

// From lists the states that the operation changes.
func (o Operation) From() []State { return effects[o].from }

// Done tells what an operation changed.
type Done struct {
	Changed      int
	Busy         int  // an attempt is under way: they come to their own end
	More         bool // the time was over before all were changed
	Destinations []string
}

// Bounds of one operation: a batch is a transaction, and a person waits for the whole.
const (
	operateBatch = 500
	operateTime  = 15 * time.Second
)

// change applies the effect to a delivery and returns its event.
func (e effect) change(d *Delivery, now time.Time) Event {
	d.State = e.to
	if e.reason != "" {
		d.Reason = e.reason
	}
	d.DueAt = now
	if e.to.Final() {
		d.FinalAt = &now
	}
	return Event{AccountID: d.AccountID, MessageID: d.MessageID, ID: id.New(), DeliveryID: &d.ID, Kind: e.event, Reason: e.told, At: now}
}
