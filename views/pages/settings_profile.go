package pages

import (
	"smtpserver/views/layout"
)

// SettingsProfile is the signed-in person's own page. Forms: profile (name),
// password (current_password, password), theme, sign-out elsewhere.
type SettingsProfile struct {
	layout.Page
	Name           string
	Email          string
	Confirmed      bool
	Role           string // in this account
	MinPassword    int
	OtherSessions  int
	News           bool   // they get the operator's mailings
	Errors         Errors // of the profile form
	PasswordErrors Errors
}
