package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// SuppressionList is the addresses an account must not mail.
type SuppressionList struct {
	layout.Page
	Address string // filter
	In      string // stream; likewise
	Rows    []SuppressionRow
	Pager   components.Pager
	Any     bool // there are some, whatever the filter

	// What was typed to add some, and what was wrong with it.
	Addresses string
	Stream    string // "" for both
	Reason    string
	Errors    Errors
	Denied    string // why the person may not change the list; "" when they may
}

// shownStreams are the streams that the list can be narrowed to.
var shownStreams = []components.Option{{Value: "", Label: "Both streams"}, {Value: "broadcast", Label: "Broadcast"}, {Value: "transactional", Label: "Transactional"}}

// SuppressionRow is one of them.
type SuppressionRow struct {
	Address   string
	Stream    string
	Reason    string
	MessageID string // that brought it about; ""
	At        time.Time
}

var suppressionOrder = []string{"addresses", "stream", "reason"}

func (v SuppressionList) field(f components.Field) components.Field {
	return f.With(v.Errors, suppressionOrder...)
}

var suppressedStreams = []components.Option{
	{Value: "", Label: "All mail", Hint: "Nothing is sent to them, in any stream."},
	{Value: "broadcast", Label: "Broadcast only", Hint: "They still get orders, invoices and passwords."},
	{Value: "transactional", Label: "Transactional only"},
}
