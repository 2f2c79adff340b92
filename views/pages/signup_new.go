package pages

import (
	"smtpserver/views/layout"
)

// SignupNew is the sign-up form (POST /signup). Fields: name, email, password,
// account_name, account_kind, terms_version, accept_terms.
type SignupNew struct {
	layout.Page
	Name        string
	Email       string
	AccountName string
	AccountKind string // "individual", "business" or "" before a choice
	Accepted    bool
	Terms       Agreement // the version in force, which is accepted
	MinPassword int       // shortest password allowed
	Closed      string    // a sentence when sign-up is not open; the form is left out
	Errors      Errors
	Providers   []ProviderButton
}
