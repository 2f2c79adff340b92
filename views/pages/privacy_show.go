package pages

import (
	"smtpserver/views/layout"
)

// PrivacyShow is the privacy page.
type PrivacyShow struct {
	layout.Page
	Doc Document
}
