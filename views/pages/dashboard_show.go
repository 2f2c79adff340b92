package pages

import (
	"time"

	"smtpserver/views/layout"
)

// NextSteps says how far a new account has come.
type NextSteps struct {
	DomainID     string // "" before the first is added
	DomainName   string
	DomainState  string
	Credential   bool   // one was created
	CredentialID string // to send a test with; "" to choose one
	Sent         bool   // a message was accepted
	Delivered    bool   // a message was delivered
}

// Done reports whether there is nothing left to show.
func (n NextSteps) Done() bool { return n.proven() && n.Credential && n.Delivered }

func (n NextSteps) proven() bool { return n.DomainState == "verified" || n.DomainState == "warning" }

// DashboardShow is the overview of an account.
type DashboardShow struct {
	layout.Page
	Today         Counts
	UnknownUsers  int64         // of today's bounced: no such mailbox
	OldestWaiting time.Duration // of what waits now
	Period        Counts        // last 30 days
	Before        Counts        // the 30 days before those
	Days          []DayCounts   // 30, oldest first, today last
	Next          NextSteps
	Latest        []MessageRow  // up to 8
	Campaigns     []CampaignRow // up to 3, the latest
}
