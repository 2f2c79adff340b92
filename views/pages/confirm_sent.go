package pages

import (
	"smtpserver/views/layout"
)

// ConfirmSent tells a new user to look at the mailbox; it can send the mail again
// (POST /confirm, no field when signed in, else email).
type ConfirmSent struct {
	layout.Page
	Email   string
	ValidH  int  // hours that the link works
	Resent  bool // another mail was just sent
	Capture bool // DELIVERY=capture: the mail is in /dev/inbox
	Errors  Errors
}
