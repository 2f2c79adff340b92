package campaign

import (
	"context"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
)

// Reason is why somebody of an audience gets nothing.
type Reason string

// The reasons, the weightiest first: whoever has several is counted once, by the first.
const (
	Included   Reason = ""
	Invalid    Reason = "invalid"
	Suppressed Reason = "suppressed" // bounced, complained, or entered by the account
	OptedOut   Reason = "opted_out"  // of everything
	OffTopic   Reason = "topic"      // opted out of the campaign's topic
	Paused     Reason = "paused"     // wants no mail for a while
)

// Reasons lists them in the order of pages.
var Reasons = []Reason{Invalid, Suppressed, OptedOut, OffTopic, Paused}

// Count is an audience as it would be frozen now.
type Count struct {
	At       time.Time
	Audience int64            // everybody in it
	Reasons  map[Reason]int64 // those who get nothing
	Domains  map[string]int64 // the others, by the domain of their address
}

// Included is how many would get the mail.
func (c Count) Included() int64 {
	n := c.Audience
	for _, left := range c.Reasons {
		n -= left
	}
	return n
}

// How long a count is shown before it is made anew, and how long one may take.
const (
	countKept    = time.Minute
	longestCount = 2 * time.Minute
)

// Count counts exactly whom an audience names and who of them would get nothing. Millions
// take longer than a page may: after patience done is false and the count goes on, for
// whoever asks next.
func (s *Service) Count(ctx context.Context, scope account.Scope, of broadcast.Campaign, patience time.Duration) (c Count, done bool, err error) {
	w, err := wantedBy(of)
	if err != nil {
		return c, false, err
	}
	if err := w.check(); err != nil {
		return c, false, err
	}
	w.CampaignID = "" // a draft has no rows
	key := fmt.Sprint(scope.AccountID(), w)
	under := context.WithoutCancel(ctx)
	result := s.flights.DoChan(key, func() (any, error) {
		return s.counted.Get(key, func() (Count, error) {
			ctx, cancel := context.WithTimeout(under, longestCount)
			defer cancel()
			r, err := s.rulesOf(ctx, scope, w.Audience, s.store.Now())
			if err != nil {
				return Count{}, err
			}
			sel, err := selectAudience(scope, w, r, bounds{})
			if err != nil {
				return Count{}, err
			}
			return s.count(ctx, sel)
		})
	})
	select {
	case r := <-result:
		c, done = r.Val.(Count)
		return c, done && r.Err == nil, r.Err
	case <-time.After(patience):
		return c, false, nil
	}
}

// Recount forgets what was counted.
func (s *Service) Recount(scope account.Scope) {
	prefix := string(scope.AccountID())
	s.counted.ForgetIf(func(key string, _ Count) bool { return strings.HasPrefix(key, prefix) })
}
