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

// frame marks the entry in the sidebar.
func (v InboxList) frame(crumbs ...layout.Crumb) layout.Page {
	v.Active = layout.NavInbox
	return v.Under(crumbs...)
}

// InboxRow is one captured mail.
type InboxRow struct {
	ID, From, To, Subject string
	At                    time.Time
}
