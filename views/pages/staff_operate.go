package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// QueueRow is what waits for a destination, and why.
type QueueRow struct {
	Name, Shown string
	Waiting     string
	State       string // open, limited, resting
	Why         string
}

// StaffDestinations lists where mail waits.
type StaffDestinations struct {
	layout.Page
	Find string
	Rows []QueueRow
}

// StaffDestination is one destination and what can be done about it.
type StaffDestination struct {
	layout.Page
	Row     QueueRow
	Limits  map[string]string // typed, or what the operator set
	Default map[string]string // what holds without
	Reason  string
	Act     string
	Errors  Errors
}

// AddressRow is one of our sending addresses.
type AddressRow struct {
	Address, Name, Pool, State string
	Usable, Warming, Paused    bool
}

// StaffAddresses lists them.
type StaffAddresses struct {
	layout.Page
	Rows   []AddressRow
	Reason string
	Errors Errors
}

var (
	limitOrder  = []string{"connections", "per_connection", "per_minute"}
	reasonOrder = []string{"act", "reason"}
	queueActs   = []components.Option{
		{Value: "retry", Label: "Try now", Hint: "What is deferred is due at once."},
		{Value: "hold", Label: "Hold", Hint: "Nothing is tried until it is released."},
		{Value: "release", Label: "Release", Hint: "What is held is due at once."},
		{Value: "cancel", Label: "Cancel", Hint: "Final: nothing more is tried, and every account sees why."},
	}
)
