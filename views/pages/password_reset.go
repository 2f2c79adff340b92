package pages

import (
	"smtpserver/views/layout"
)

// PasswordReset sets a new password (POST /password/{token}). Field: password.
type PasswordReset struct {
	layout.Page
	Token       string
	Invalid     bool // the link is used, too old or wrong
	MinPassword int
	Errors      Errors
}
