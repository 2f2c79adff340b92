package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// StaffMessageRow is a delivery as staff see it.
type StaffMessageRow struct {
	AccountURL, Account, MessageID, To string
	State, Stream, Reason              string
	Attempts, Size                     string
	At, NextTry, FinalAt               time.Time
	ContentURL                         string // while a view of the account is open
}

// StaffMessages finds deliveries over all accounts.
type StaffMessages struct {
	layout.Page
	Find, Domain, Account, State, From, To string
	Rows                                   []StaffMessageRow
	Pager                                  components.Pager
	Further, Walked                        string // where a bounded search goes on
	Errors                                 Errors
}

var officeStates = []components.Option{
	{Value: "", Label: "Every state"}, {Value: "queued", Label: "Queued"}, {Value: "deferred", Label: "Deferred"}, {Value: "held", Label: "Held"}, {Value: "delivered", Label: "Delivered"},
	{Value: "bounced", Label: "Bounced"}, {Value: "suppressed", Label: "Suppressed"}, {Value: "expired", Label: "Expired"}, {Value: "cancelled", Label: "Cancelled"},
}

var officeSearchOrder = []string{"q", "domain", "account", "state", "from", "to"}
