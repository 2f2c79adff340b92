package pages

import "smtpserver/views/layout"

// AuthenticatorNew sets up an authenticator app (POST /security/authenticator/confirm).
// Field: code.
type AuthenticatorNew struct {
	layout.Page
	Secret  string // base 32
	URL     string // otpauth://…
	BackURL string
	Errors  Errors
}

// spaced is the secret in groups of four, for typing.
func (v AuthenticatorNew) spaced() string {
	var groups []byte
	for i := range len(v.Secret) {
		if i > 0 && i%4 == 0 {
			groups = append(groups, ' ')
		}
		groups = append(groups, v.Secret[i])
	}
	return string(groups)
}
