package audit

import (
	"time"

	"smtpserver/app/id"
)

// Event is one line of an account's audit log.
type Event struct {
	ID        id.ID
	At        time.Time
	ActorKind string
	ActorID   id.ID
	ActorName string
	BehalfOf  string
	GrantID   id.ID
	Action    Action
	Object    Object
	Before    Values
	After     Values
	IP        string
	UserAgent string
}

// Actor is who did it, in words.
func (e Event) Actor() string {
	switch {
	case e.ActorKind == "system":
		return "The service"
	case e.ActorName != "":
		return e.ActorName
	}
	return e.ActorKind + " " + string(e.ActorID)
}

// Filter narrows a list. Zero fields do not.
type Filter struct {
	Topic    string
	ActorID  id.ID
	ObjectID string
	From, To time.Time // at in [From, To)
	Before   id.ID     // older than this event: the next page
	After    id.ID     // newer than this event: the page before
	Limit    int
}

// StaffEvent is one line of what staff did.
type StaffEvent struct {
	ID        id.ID
	At        time.Time
	StaffID   id.ID
	StaffName string
	GrantID   id.ID
	Action    Action
	Account   id.ID // "" when it concerns none
	ObjectID  string
	Reason    string
	Before    Values // of what is no account's
	After     Values
	IP        string
	UserAgent string
}
