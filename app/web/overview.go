package web

import (
	"context"

	"smtpserver/app/account"
)

// Overview answers what the dashboard shows. Declared here until the packages that
// know it exist; the composition root gives one that asks them.
type Overview interface {
	Overview(ctx context.Context, scope account.Scope) (OverviewFigures, error)
}

// OverviewFigures is an account at a glance.
type OverviewFigures struct {
	DomainProven  bool // the three next steps, ticked as the product sees them happen
	HasCredential bool
	HasSent       bool
	Accepted      int64 // deliveries accepted today (UTC), and what became of them
	Delivered     int64
	Bounced       int64
	Queued        int64 // waiting now, of any day
}
