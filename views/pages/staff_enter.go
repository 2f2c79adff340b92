package pages

import (
	"smtpserver/views/layout"
)

// StaffEnter is where the one-time link of `staff create` leads (POST /staff/enter/{token}).
type StaffEnter struct {
	layout.Page
	Token string
	Email string
}

// StaffHome is the front page of the back office.
type StaffHome struct {
	layout.Page
	Attention []Attention
}

// Attention is something that a person of the operator should look at.
type Attention struct{ Text, URL, Link string }
