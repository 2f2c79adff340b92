package pages

import (
	"smtpserver/views/layout"
)

// LoginNew is the sign-in form (POST /login). Fields: email, password, next.
type LoginNew struct {
	layout.Page
	Email  string
	Next   string // local path to go on to
	Errors Errors // "" for "wrong e-mail or password"

	Providers []ProviderButton
	Passkeys  bool // the host allows them
}

// ProviderButton leads to a provider that vouches for people.
type ProviderButton struct{ Name, Label, URL string }

// fieldErrors puts the focus on the password when the pair is wrong as a whole: it
// is the field that is empty again.
func (v LoginNew) fieldErrors() Errors {
	if v.Errors[""] == "" {
		return v.Errors
	}
	return nil
}
