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
}
