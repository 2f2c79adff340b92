package pages

import "smtpserver/views/layout"

// RecoveryShow shows fresh recovery codes, this once.
type RecoveryShow struct {
	layout.Page
	Codes   []string
	Done    string // what was done before
	NextURL string
}
