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
	Rows    []SuppressionRow
	Pager   components.Pager
	Any     bool // there are some, whatever the filter
}

// SuppressionRow is one of them.
type SuppressionRow struct {
	Address   string
	Stream    string // "" for both
	Reason    string
	MessageID string // that brought it about; ""
	At        time.Time
}
