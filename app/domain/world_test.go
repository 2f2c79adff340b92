package domain_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakedns"
)

const hostname = "mail.host.example"

// Response codes (RFC 1035 §4.1.1).
const noError, servFail = 0, 2

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// world is two accounts and a DNS server of our own.
type world struct {
	t       *testing.T
	store   *store.Store
	clock   *clock.Fake
	dns     *fakedns.Server
	service *domain.Service
	a, b    account.Scope
	failing map[string]bool
}

// each runs fn on both engines.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	engines := map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres}
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			w := &world{t: t, store: open(t, c), clock: c, dns: fakedns.New(t), failing: map[string]bool{}}
			w.service = w.newService(domain.Options{})
			w.a, w.b = w.account("a"), w.account("b")
			fn(w)
		})
	}
}

func (w *world) newService(o domain.Options) *domain.Service {
	w.t.Helper()
	box, err := secret.NewBox([]byte(strings.Repeat("k", secret.MinimumKeyLength)))
	if err != nil {
		w.t.Fatal(err)
	}
	fresh, err := resolver.New(resolver.Options{Server: w.dns.Addr(), NoCache: true})
	if err != nil {
		w.t.Fatal(err)
	}
	o.Store, o.Box, o.Resolver, o.Log = w.store, box, fresh, slog.New(slog.DiscardHandler)
	if o.Hostname == "" {
		o.Hostname = hostname
	}
	return domain.New(o)
}

func (w *world) account(name string) account.Scope {
	w.t.Helper()
	accountID := id.New()
	w.exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, ?, ?, 'business', 'active', ?, ?)",
		accountID, name, name, noon, noon)
	return account.NewScope(accountID, account.Actor{Kind: account.ActorUser, ID: id.New(), Role: account.Owner})
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	err := w.store.SystemWrite(w.t.Context(), "arrange a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(sql, args...).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) add(scope account.Scope, name string) domain.Detail {
	w.t.Helper()
	d, err := w.service.Add(w.t.Context(), scope, name)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.show(scope, d.ID)
}

func (w *world) show(scope account.Scope, domainID id.ID) domain.Detail {
	w.t.Helper()
	d, err := w.service.Show(w.t.Context(), scope, domainID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// check looks now, past the limit of one look in five seconds.
func (w *world) check(scope account.Scope, domainID id.ID) domain.Detail {
	w.t.Helper()
	w.clock.Advance(5 * time.Second)
	d, err := w.service.Check(w.t.Context(), scope, domainID)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// publish puts the records of domains into DNS, as their zone files say.
func (w *world) publish(details ...domain.Detail) {
	w.t.Helper()
	var zone strings.Builder
	for _, d := range details {
		zone.WriteString(domain.ZoneText(d.Domain, d.Records))
	}
	w.zone(zone.String())
}

// zone replaces what DNS answers, and heals what failed.
func (w *world) zone(text string) {
	w.t.Helper()
	for name := range w.failing {
		w.dns.Fail(name, noError)
	}
	clear(w.failing)
	if err := w.dns.Set(text); err != nil {
		w.t.Fatal(err)
	}
}

// fail makes every question for a name fail.
func (w *world) fail(name string) {
	w.dns.Fail(name, servFail)
	w.failing[name] = true
}

// proven adds a domain and proves it.
func (w *world) proven(scope account.Scope, name string, others ...domain.Detail) domain.Detail {
	w.t.Helper()
	d := w.add(scope, name)
	w.publish(append(others, d)...)
	if d = w.check(scope, d.ID); d.State != domain.Verified {
		w.t.Fatalf("%s is %s: %s", name, d.State, d.Reason)
	}
	return d
}

func record(d domain.Detail, p domain.Purpose) domain.Record {
	for _, r := range d.Records {
		if r.Purpose == p {
			return r
		}
	}
	return domain.Record{}
}

func (w *world) wantKind(what string, err error, want fault.Kind) {
	w.t.Helper()
	if fault.KindOf(err) != want {
		w.t.Errorf("%s: %v, want %q", what, err, want)
	}
}

func line(format string, args ...any) string { return fmt.Sprintf(format+"\n", args...) }
