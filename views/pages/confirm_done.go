package pages

import (
	"smtpserver/views/layout"
)

// ConfirmDone tells how it went.
type ConfirmDone struct {
	layout.Page
	OK      bool
	Email   string
	NextURL string // where to go on; "" for sign-in
}
