package delivery

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/memo"
	"smtpserver/app/store"
)

// via begins the name of a destination that serves several recipient domains. No
// domain name has a colon.
const via = "via:"

// Relay and CaptureBox are the destinations of everything that goes through the smart
// host, or into the capture box.
const (
	Relay      = via + "relay"
	CaptureBox = via + "capture"
)

func grouped(destination string) bool { return strings.HasPrefix(destination, via) }

// Routes knows where recipient domains go together, at the moment of acceptance and
// without asking DNS. A domain that is new goes to a destination of its own name; the
// engine finds out whom it belongs to and moves it.
type Routes struct {
	store *store.Store
	fixed string // when everything goes one way
	known *memo.Memo[string, string]
	log   *slog.Logger
}

// routeTime is how long a destination is remembered, and how long a new domain waits
// to be known.
const (
	routeTime   = 20 * time.Second
	knownRoutes = 100_000
)

// NewRoutes returns the routes. fixed is the one destination of all mail, or "".
func NewRoutes(s *store.Store, c clock.Clock, fixed string, log *slog.Logger) *Routes {
	return &Routes{store: s, fixed: fixed, known: memo.New[string, string](c, routeTime, knownRoutes), log: log}
}

// Destination returns where deliveries to a domain go. It needs no answer from
// anybody: a route that cannot be read is only a grouping that is made later.
func (r *Routes) Destination(ctx context.Context, domain string) string {
	if r.fixed != "" {
		return r.fixed
	}
	destination, err := r.known.Get(domain, func() (string, error) { return r.find(ctx, domain) })
	if err != nil {
		r.log.Warn("a route was not read", "error", err)
		return domain
	}
	return destination
}
