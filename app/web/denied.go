package web

import (
	"time"

	"smtpserver/app/account"
)

// denied says why the person may not do what needs the permission, "" when they
// may: the button is then shown disabled with this reason. admit decides anew when
// the form is sent.
func (r *request) denied(p account.Permission) string {
	switch {
	case !r.role.May(p):
		return r.role.WhyNot(p)
	case !r.user.Confirmed():
		return "Confirm your e-mail address first."
	}
	return ""
}

// timeOrZero is how pages want a time that may be missing.
func timeOrZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
