package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// AuditList is what was done in an account, the newest first.
type AuditList struct {
	layout.Page
	Rows      []AuditRow
	Topics    []components.Option
	Topic     string
	Actor     string // id; "" for everybody
	ActorName string // of the actor that is filtered by
	From, To  string // dates
	CSV       string // where the same list downloads
	Clear     string // the list without a filter
	Pager     components.Pager
}

// Narrowed reports whether a filter is set.
func (v AuditList) Narrowed() bool { return v.Topic+v.Actor+v.From+v.To != "" }

// AuditRow is one event.
type AuditRow struct {
	ID        string
	At        time.Time
	Actor     string
	ActorURL  string // the list of this actor's events; "" for the service itself
	Kind      string // user, staff, credential, system
	BehalfOf  string
	Action    string
	Object    string
	Changes   []AuditChange
	IP        string
	UserAgent string
}

// AuditChange is one property before and after; one of them may be missing.
type AuditChange struct{ Name, Before, After string }

// StaffAudit is what staff did.
type StaffAudit struct {
	layout.Page
	Rows  []StaffAuditRow
	Pager components.Pager
}

// StaffAuditRow is one act of staff.
type StaffAuditRow struct {
	At         time.Time
	Name       string
	Action     string
	AccountID  string
	AccountURL string
	ObjectID   string
	Changes    []AuditChange
	Reason     string
	GrantID    string
	IP         string
}

// Pairs is the filter as names and values of a query.
func (v AuditList) Pairs() []string {
	return []string{"topic", v.Topic, "actor", v.Actor, "from", v.From, "to", v.To}
}
