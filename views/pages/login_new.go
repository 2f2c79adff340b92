package pages

import (
	"github.com/a-h/templ"

	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// LoginNew is the sign-in form (POST /login). Fields: email, password, next.
type LoginNew struct {
	layout.Page
	Email  string
	Next   string // local path to go on to
	Errors Errors // "" for "wrong e-mail or password"

	Providers []ProviderButton
	Passkeys  bool // the host allows them
	Office    bool // the back office's door
}

// door is where the forms go.
func (v LoginNew) door() (title, password, passkey string) {
	if v.Office {
		return "Back office", urls.StaffLogin, urls.StaffLoginPasskey
	}
	return "Sign in", urls.Login, urls.LoginPasskey
}

func (v LoginNew) title() string {
	title, _, _ := v.door()
	return title
}

func (v LoginNew) action() templ.SafeURL {
	_, action, _ := v.door()
	return templ.SafeURL(action)
}

func (v LoginNew) passkeyAction() templ.SafeURL {
	_, _, action := v.door()
	return templ.SafeURL(action)
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
