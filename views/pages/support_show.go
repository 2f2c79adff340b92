package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// SupportShow is what an owner lets staff see. Forms: hours, reason; per request hours.
type SupportShow struct {
	layout.Page
	Grants        []GrantRow
	Hours, Reason string
	Errors        Errors
	Denied        string
}

// GrantRow is one grant or request.
type GrantRow struct {
	ID, State, Reason, AskedBy  string
	AskedAt, ExpiresAt, EndedAt time.Time
}

var grantHours = []components.Option{{Value: "1", Label: "1 hour"}, {Value: "24", Label: "24 hours"}, {Value: "72", Label: "72 hours"}}

// StaffAccounts lists accounts for staff.
type StaffAccounts struct {
	layout.Page
	Find, State string
	Rows        []StaffAccountRow
	Pager       components.Pager
}

// StaffAccountRow is an account's state and figures.
type StaffAccountRow struct {
	ID, Slug, Name, Kind, State, Owner string
	Since                              time.Time
	Members, Domains, Sent, Bounced    int64
}

// StaffAccount is one account as staff see it. Form: reason.
type StaffAccount struct {
	layout.Page
	Account StaffAccountRow
	Grants  []GrantRow
	MayView bool // a grant is open
	Reason  string
	Errors  Errors

	Days     components.Chart
	Waiting  string
	Domains  [][3]string // name, state, why
	Plan     string      // "" none
	Period   string
	Behind   string
	Invoices []InvoiceRow

	Notes  []StaffNote
	Limits map[string]string // by field, as set or as typed
	Typed  map[string]string

	Suspended string // why and since when; "" it is not
	LiftAsked string // by whom
}

var accountStates = []components.Option{{Value: "", Label: "Every state"}, {Value: "active", Label: "Active"}, {Value: "paused", Label: "Paused"}, {Value: "closed", Label: "Closed"}}

// StaffNote is what a person of staff wrote down.
type StaffNote struct {
	At       time.Time
	By, Text string
}

// limitFields are an account's own limits, with what each is.
var limitFields = []struct{ name, label, hint string }{
	{"day_transactional", "Transactional, a day", ""},
	{"day_broadcast", "Broadcast, a day", ""},
	{"rate", "Everything, a minute", "It leaves evenly; more waits."},
	{"rate_transactional", "Transactional, a minute", ""},
	{"rate_broadcast", "Broadcast, a minute", ""},
	{"weight", "Share of turns", "1 is the usual one."},
}

var limitOrderOf = []string{"limit_reason", "day_transactional", "day_broadcast", "rate", "rate_transactional", "rate_broadcast", "weight"}
