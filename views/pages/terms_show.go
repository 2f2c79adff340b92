package pages

import (
	"smtpserver/views/layout"
)

// TermsShow is a version of the terms.
type TermsShow struct {
	layout.Page
	Doc      Document
	InForce  bool
	Versions []VersionLink // newest first, this one among them
}
