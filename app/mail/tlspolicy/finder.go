package tlspolicy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"smtpserver/app/clock"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/memo"
)

// Resolver is the part of DNS that policies need; *resolver.Client has it.
type Resolver interface {
	TXT(ctx context.Context, name string) ([]string, error)
	ProveMX(ctx context.Context, domain string) (resolver.Proof, error)
	ProveAddr(ctx context.Context, host string) (resolver.Proof, error)
	ProveAlias(ctx context.Context, name string) (resolver.Proof, error)
	TLSA(ctx context.Context, name string) (records []resolver.TLSA, secure bool, err error)
}

// Options connect a Finder.
type Options struct {
	Resolver Resolver
	HTTP     *http.Client // see NewClient
	Cache    Cache
	Clock    clock.Clock
	Report   func(Result) // of policies that could not be had or followed; may be nil
	Log      *slog.Logger
	Port     int           // of the mail exchangers, for TLSA; 0 means 25
	Timeout  time.Duration // of getting one policy; 0 means a minute (RFC 8461 §3.3)
}

// Finder finds what connections to mail exchangers must prove. Safe for concurrent use.
type Finder struct {
	o        Options
	flights  singleflight.Group
	attempts *memo.Memo[version, attempt]
}

// version is one policy of one domain.
type version struct{ domain, id string }

// attempt is what came of getting it.
type attempt struct {
	policy Policy
	failed bool
}

const (
	// An id is not fetched again before (RFC 8461 §3.3: five minutes or more), be it
	// because it failed or because it would expire at once.
	fetchPause  = 10 * time.Minute
	maxAttempts = 10_000
	// A policy is fetched anew while it lives, so that who blocks the web must do so
	// for long (RFC 8461 §10.2).
	refreshAfter = 24 * time.Hour
)

// New returns a Finder.
func New(o Options) *Finder {
	o.Port = cmp.Or(o.Port, 25)
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	if o.Report == nil {
		o.Report = func(Result) {}
	}
	return &Finder{o: o, attempts: memo.New[version, attempt](o.Clock, fetchPause, maxAttempts)}
}

// Find returns the MTA-STS policy of a domain; the zero Policy when there is none. An
// error means that nobody knows: the cache failed, or ctx ended.
func (f *Finder) Find(ctx context.Context, domain string) (Policy, error) {
	domain, err := address.ParseDomain(domain)
	if err != nil {
		return Policy{}, nil //nolint:nilerr // an address literal, or nothing that could have a policy
	}
	known, age, err := f.cached(ctx, domain)
	if err != nil {
		return Policy{}, err
	}
	id := f.announced(ctx, domain)
	if id == "" {
		return known, nil // what is alive counts without its record, too (RFC 8461 §3.3)
	}
	if id == known.ID {
		if age > min(refreshAfter, known.MaxAge/2) {
			f.refresh(ctx, version{domain, id}) // nobody needs to wait for it
		}
		return known, nil
	}
	select {
	case r := <-f.refresh(ctx, version{domain, id}):
		if got, ok := r.Val.(attempt); ok && !got.failed {
			return got.policy, nil
		}
		return known, nil // enforce never downgrades because of a failure
	case <-ctx.Done():
		return Policy{}, fmt.Errorf("tlspolicy: %w", ctx.Err())
	}
}

// cached returns the policy that is known and alive, or the zero one.
func (f *Finder) cached(ctx context.Context, domain string) (p Policy, age time.Duration, err error) {
	entry, ok, err := f.o.Cache.Get(ctx, domain)
	now := f.o.Clock.Now()
	if err == nil && (!ok || !now.Before(entry.Expires)) {
		return Policy{}, 0, nil
	}
	if err == nil {
		p, err = entry.policy()
	}
	if err != nil {
		return Policy{}, 0, fmt.Errorf("tlspolicy: the cache of policies: %w", err)
	}
	return p, now.Sub(entry.Fetched), nil
}

// announced returns the id of the policy that DNS tells of, or "".
func (f *Finder) announced(ctx context.Context, domain string) (id string) {
	records, err := f.o.Resolver.TXT(ctx, "_mta-sts."+domain)
	if err != nil {
		return ""
	}
	if id, err = parseRecord(records); err != nil {
		f.o.Report(Result{Applied: Applied{Domain: domain, Kind: KindSTS}, Reason: STSInvalid, Detail: err.Error()})
	}
	return id
}

// refresh fetches a policy, once for all who want it at the same time and at most
// every few minutes, and caches it. It runs apart from the caller.
func (f *Finder) refresh(ctx context.Context, v version) <-chan singleflight.Result {
	ctx = context.WithoutCancel(ctx)
	return f.flights.DoChan(v.domain+" "+v.id, func() (any, error) {
		return f.attempts.Get(v, func() (attempt, error) { return f.attempt(ctx, v), nil })
	})
}

func (f *Finder) attempt(ctx context.Context, v version) attempt {
	p, failure := f.fetch(ctx, v.domain)
	if failure != nil {
		f.report("", failure)
		return attempt{failed: true}
	}
	p.ID = v.id
	if err := f.o.Cache.Put(ctx, entryOf(v.domain, p, f.o.Clock.Now())); err != nil {
		f.o.Log.Warn("a TLS policy could not be kept", "domain", v.domain, "error", err)
	}
	return attempt{policy: p}
}

// report passes on a failure that kept a connection from being made.
func (f *Finder) report(host string, err error) {
	var failure *Error
	if errors.As(err, &failure) {
		f.o.Report(Result{Applied: failure.Applied, Host: host, Reason: failure.Reason, Detail: failure.Detail})
	}
}
