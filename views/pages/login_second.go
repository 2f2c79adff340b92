package pages

import "smtpserver/views/layout"

// LoginSecond is the second step of signing in (POST /login/second). Fields: code,
// recovery_code, next; POST /login/passkey: credential, next.
type LoginSecond struct {
	layout.Page
	Email    string
	App      bool
	Passkeys bool
	Next     string
	Errors   Errors
}

// lead says what is asked for.
func (v LoginSecond) lead() string {
	switch {
	case v.App && v.Passkeys:
		return "Use a passkey, or type the code of your authenticator app."
	case v.App:
		return "Type the code that your authenticator app shows."
	case v.Passkeys:
		return "Use one of your passkeys."
	}
	return "Use one of your recovery codes."
}
