package pages

import (
	"smtpserver/views/layout"
)

// InboxShow is one captured mail.
type InboxShow struct {
	layout.Page
	InboxRow
	Tab     string // "" (preview), html, text, headers, raw
	Content Content
}
