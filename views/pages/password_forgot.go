package pages

import (
	"smtpserver/views/layout"
)

// PasswordForgot asks for the address (POST /password). Field: email.
type PasswordForgot struct {
	layout.Page
	Email   string
	Sent    bool // the answer is the same whether or not the address is known
	Capture bool // DELIVERY=capture: the mail is in /dev/inbox
	Errors  Errors
}
