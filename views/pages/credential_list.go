package pages

import (
	"time"

	"smtpserver/views/layout"
)

// CredentialList is the account's credentials.
type CredentialList struct {
	layout.Page
	Rows      []CredentialRow // live ones first
	NewDenied string
}

// CredentialRow is one credential.
type CredentialRow struct {
	ID           string
	Name         string
	Hint         string // last characters of the secret
	Domain       string // "" for every proven domain
	Stream       string // "" when the message chooses
	Networks     string // "" for any
	CreatedAt    time.Time
	CreatedBy    string
	LastUsedAt   time.Time
	LastUsedIP   string
	RevokedAt    time.Time
	PausedAt     time.Time
	RevokeDenied string
	TestDenied   string
}
