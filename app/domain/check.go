package domain

import (
	"context"
	"math/rand/v2"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

const (
	// checkEvery bounds how often "Check now" asks DNS for one domain.
	checkEvery = 5 * time.Second
	// checkLease is how long a look may take before another process begins one.
	checkLease = 2 * time.Minute
)

// Check looks at the domain's DNS now and returns what it saw.
func (s *Service) Check(ctx context.Context, scope account.Scope, domainID id.ID) (Detail, error) {
	d, err := s.Get(ctx, scope, domainID)
	if err != nil {
		return Detail{}, err
	}
	ticket, err := s.beginCheck(ctx, scope, d)
	if err != nil {
		return Detail{}, err
	}
	if err := s.check(ctx, d, ticket); err != nil {
		return Detail{}, err
	}
	return s.Show(ctx, scope, domainID)
}

// beginCheck takes the ticket for one look. The ticket is the time written to
// next_check_at: it keeps periodic checks away for the length of a look, and who
// finds another time there at the end has been overtaken and writes nothing.
func (s *Service) beginCheck(ctx context.Context, scope account.Scope, d Domain) (time.Time, error) {
	now := s.store.Now()
	ticket := newTicket(now)
	began, err := s.markLooking(ctx, scope, d.ID, now, ticket)
	switch {
	case err != nil:
		return time.Time{}, wrapUnlessFault("begin a check", err)
	case !began:
		return time.Time{}, fault.New(fault.Limited, "We looked a moment ago. Please wait a few seconds before the next look.")
	}
	return ticket, nil
}

// newTicket tells looks that begin in the same microsecond apart by chance.
func newTicket(now time.Time) time.Time {
	return now.Add(checkLease + time.Duration(rand.IntN(1_000_000))*time.Microsecond) //nolint:gosec // tells apart, hides nothing
}
