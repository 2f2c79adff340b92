package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// InboxList is the captured mail (/dev/inbox).
type InboxList struct {
	layout.Page
	Query string // filter by address or subject: q
	Rows  []InboxRow
	Pager components.Pager
}

// InboxRow is one captured mail.
type InboxRow struct {
	ID, From, To, Subject string
	At                    time.Time
}
