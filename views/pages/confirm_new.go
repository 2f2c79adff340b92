package pages

import (
	"smtpserver/views/layout"
)

// ConfirmNew asks to press one button (POST /confirm/{token}): programs that fetch
// every link in a mail confirm nothing.
type ConfirmNew struct {
	layout.Page
	Token string
	Email string
}
