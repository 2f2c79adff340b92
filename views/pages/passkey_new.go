package pages

import "smtpserver/views/layout"

// PasskeyNew makes a passkey (POST /security/passkeys). Fields: name, credential.
type PasskeyNew struct {
	layout.Page
	Name      string
	Suggested string // "Firefox on Windows"
	BackURL   string
	Possible  bool // the host allows passkeys
	Errors    Errors
}
