package pages

import "smtpserver/views/layout"

// ProveNew stands between a form and a dangerous act: it asks to prove again who one
// is, and carries the form's fields. Fields: proof_password, proof_code, proof_passkey.
type ProveNew struct {
	layout.Page
	Action    string // where the stopped form went
	Fields    [][2]string
	Email     string
	Next      string // page that the form stood on
	Password  bool
	App       bool
	Passkey   bool
	Providers []ProviderButton
	Errors    Errors
}
