package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// MessageFilter is what the list is narrowed to; its fields are the query's
// parameters: q, state, stream, domain, address, tag, from, to.
type MessageFilter struct {
	Query   string // q: address, subject or id
	State   string
	Stream  string
	Domain  string // domain id
	Address string
	Tag     string
	From    string // 2006-01-02, first day
	To      string // 2006-01-02, last day
}

// Empty reports whether nothing is filtered.
func (f MessageFilter) Empty() bool { return f == MessageFilter{} }

// MessageList is the account's deliveries, newest first.
type MessageList struct {
	layout.Page
	Filter    MessageFilter
	Domains   []components.Option // value: id, label: name
	Rows      []MessageRow
	Pager     components.Pager
	Any       bool // the account has messages at all
	HasDomain bool // for the empty page: what comes next
	// BulkDenied is why the person may not act on all that match; "" when they may.
	BulkDenied string
	Errors     Errors
}

// MessageRow is one delivery in a list.
type MessageRow struct {
	MessageID  string
	DeliveryID string // "" when the row is the whole message
	State      string
	To         string
	More       int // further recipients of the same message
	Subject    string
	Tag        string
	Stream     string
	Reason     string
	NextTry    time.Time
	At         time.Time
}

// address is what the address field shows: the search counts as one.
func (v MessageList) address() string {
	if v.Filter.Address != "" {
		return v.Filter.Address
	}
	return v.Filter.Query
}

// more reports whether a condition of the second row is set.
func (v MessageList) more() bool {
	f := v.Filter
	return f.Stream != "" || f.Tag != "" || f.From != "" || f.To != ""
}

func stateOptions() []components.Option {
	options := []components.Option{{Label: "Any state"}}
	for _, s := range []string{"queued", "deferred", "held", "delivered", "bounced", "suppressed", "expired", "cancelled"} {
		options = append(options, components.Option{Value: s, Label: components.StateWord(s)})
	}
	return options
}

func streamOptions() []components.Option {
	return []components.Option{{Label: "Both streams"}, {Value: "transactional", Label: "Transactional"}, {Value: "broadcast", Label: "Broadcast"}}
}

func (v MessageList) domainOptions() []components.Option {
	return append([]components.Option{{Label: "Any domain"}}, v.Domains...)
}
