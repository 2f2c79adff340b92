package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// QueueRow is what waits for a destination, and why.
type QueueRow struct {
	Name, Shown string
	Waiting     string
	State       string // open, limited, resting
	Why         string
	Route       string // by hand, in words that go on from "Mail to it"; "" for the usual way
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

	Typed           map[string]string // of the route, or what holds
	Pools           []components.Option
	Password        bool   // one is kept for the relay
	Group, GroupURL string // that a recipient domain is part of; "" when it is of none
	Errors          Errors
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
	routeOrder  = []string{"pool", "relay", "password", "route_reason"}
	queueActs   = []components.Option{
		{Value: "retry", Label: "Try now", Hint: "What is deferred is due at once."},
		{Value: "hold", Label: "Hold", Hint: "Nothing is tried until it is released."},
		{Value: "release", Label: "Release", Hint: "What is held is due at once."},
		{Value: "cancel", Label: "Cancel", Hint: "Final: nothing more is tried, and every account sees why."},
	}
)

// officePart is a part of the back office.
type officePart struct {
	nav             layout.Nav
	text, url, link string
}

// officeParts is what the back office has.
var officeParts = []officePart{
	{layout.NavStaffAccounts, "Find an account, see its state and figures, and ask for a look at its content.", urls.StaffAccounts, "Accounts"},
	{layout.NavStaffMessages, "What became of any message, by its id, recipient's domain, account, state or day. No content.", urls.StaffMessages, "Messages"},
	{layout.NavStaffPlans, "What you sell, in versions: who is on one keeps it.", urls.StaffPlans, "Plans"},
	{layout.NavStaffReputation, "Whose mail bounces or is complained about, what is held for that, and what they say to it.", urls.StaffReputation, "Cases"},
	{layout.NavStaffInvoices, "What was billed, what is open, and what was paid.", urls.StaffInvoices, "Invoices"},
	{layout.NavStaffTerms, "Write the next version, see what it changes, announce it with notice, and see who was told and who accepted.", urls.StaffTerms, "Terms"},
	{layout.NavStaffMailings, "Write to account owners and newsletter subscribers, and to nobody else.", urls.StaffMailings, "Mailings"},
	{layout.NavStaffSubscribers, "Who gets your newsletter, and since when.", urls.StaffSubscribers, "Subscribers"},
	{layout.NavStaffDestinations, "Where mail waits, who is slow, and why.", urls.StaffDestinations, "Destinations"},
	{layout.NavStaffAddresses, "Whether our addresses may send: reverse names, blocklists, warm-up.", urls.StaffAddresses, "Sending addresses"},
	{layout.NavStaffSystem, "What the program needs, what waits longest, and the queue.", urls.StaffSystem, "System"},
	{layout.NavStaffLinks, "Where links in mail lead nobody any more, because it harms who goes there.", urls.StaffLinks, "Stopped links"},
	{layout.NavStaffApprovals, "Acts that take two people: what was asked for, and who agreed.", urls.StaffApprovals, "Approvals"},
	{layout.NavStaffPeople, "Who works here, and what each of them may do.", urls.StaffPeople, "People"},
	{layout.NavStaffAudit, "Who did what, of the operator and of every account.", urls.StaffAudit, "Audit"},
}

// NeedRow is something that the program needs.
type NeedRow struct {
	Name, Text string
	OK         bool
}

// LoadRow is what a queue of tasks holds.
type LoadRow struct{ Name, Pending, Active, Retrying, Waits string }

// ReportRow is a report that could not be given to a message.
type ReportRow struct {
	At                       time.Time
	Kind, From, Subject, Why string
}

// StaffSystem is how the instance is.
type StaffSystem struct {
	layout.Page
	Checks    []NeedRow
	Oldest    string // "" when nothing waits
	Since     time.Time
	OldestURL string
	Loads     []LoadRow
	Reports   []ReportRow
	Facts     [][2]string
}
