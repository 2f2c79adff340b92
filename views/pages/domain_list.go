package pages

import (
	"time"

	"smtpserver/views/layout"
)

// DomainList is the account's sending domains with the form that adds one
// (POST domains). Field: domain.
type DomainList struct {
	layout.Page
	Rows      []DomainRow
	Domain    string // as typed
	Errors    Errors
	AddDenied string
}

// DomainRow is one sending domain in the list.
type DomainRow struct {
	ID        string
	Name      string // for people, with U-labels
	State     string // pending, verified, warning, lost
	Reason    string
	CheckedAt time.Time
	CreatedAt time.Time
}
