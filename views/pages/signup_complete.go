package pages

import "smtpserver/views/layout"

// SignupComplete is the rest of a sign-up by a provider (POST /signup/complete).
// Fields: name, account_name, account_kind, terms_version, accept_terms.
type SignupComplete struct {
	layout.Page
	Provider    string
	Email       string // vouched for
	Name        string
	AccountName string
	AccountKind string
	Accepted    bool
	Terms       Agreement
	Errors      Errors
}
