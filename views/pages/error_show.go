package pages

import (
	"smtpserver/views/layout"
)

// ErrorShow is what one sees when something did not work.
type ErrorShow struct {
	layout.Page
	Status    int
	Text      string // instead of the usual sentence for the status
	Reference string // to quote to support; "" for none
}
