package automation_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/automation"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// world is an account with a list, a date field, and what sends.
type world struct {
	*testing.T
	clock    *clock.Fake
	store    *store.Store
	account  seed.Account
	contacts *contact.Service
	service  *automation.Service
	sending  *broadcast.Service
	list     contact.List
	field    contact.Field
}

// each runs a test on both engines.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(time.Now().UTC())
			fn(newWorld(t, c, open(t, c)))
		})
	}
}

func newWorld(t *testing.T, c *clock.Fake, s *store.Store) *world {
	t.Helper()
	w := &world{T: t, clock: c, store: s, account: seed.NewAccount(t, s, "Alpha"), contacts: contact.New(s)}
	w.service, w.sending = w.process()
	var err error
	w.list, err = w.contacts.AddList(t.Context(), w.account.Scope, "Letter", "", "")
	w.must(err)
	w.field, err = w.contacts.AddField(t.Context(), w.account.Scope, contact.Field{Label: "Birthday", Kind: contact.Date})
	w.must(err)
	return w
}

func scopeOf(accountID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
}

// process is one more worker on the same database.
func (w *world) process() (*automation.Service, *broadcast.Service) {
	w.Helper()
	log := slog.New(slog.DiscardHandler)
	accept := submission.New(w.store, w, w, "mail.host.example", log)
	w.Cleanup(accept.Close)
	people := campaign.New(campaign.Deps{Store: w.store, Clock: w.clock, Contacts: w.contacts, Accounts: account.New(w.store), ScopeOf: scopeOf})
	service := automation.New(automation.Deps{Store: w.store, Accounts: account.New(w.store), Contacts: people, ScopeOf: scopeOf, Log: log})
	compiler := content.NewCompiler()
	service.Campaigns = broadcast.New(broadcast.Options{
		Store: w.store, Submission: accept, Domains: w, Leaving: w, ScopeOf: scopeOf, Log: log, Audiences: map[broadcast.Kind]broadcast.Audience{broadcast.Automation: service},
		Compile: func(ctx context.Context, s content.Source) (broadcast.Content, error) {
			return compiler.Compile(ctx, s)
		},
	})
	return service, service.Campaigns
}

// Sendable implements submission.Directory, Get broadcast.Domains.
func (w *world) Sendable(context.Context, account.Scope, string) (domain.Domain, error) {
	return domain.Domain{ID: w.account.DomainID, Name: w.account.Domain}, nil
}

func (w *world) Get(context.Context, account.Scope, id.ID) (domain.Domain, error) {
	return domain.Domain{ID: w.account.DomainID, Name: w.account.Domain}, nil
}

func (w *world) Destination(_ context.Context, name string) string { return name }
func (w *world) Wake(string, bool)                                 {}

func (w *world) URLs(_, messageID id.ID, _ string) (string, string, error) {
	u := "https://host.example/u/" + string(messageID)
	return u, u + "#choose", nil
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	w.must(w.store.SystemWrite(w.Context(), "a test writes rows", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

func (w *world) texts(sql string, args ...any) (found []string) {
	w.Helper()
	w.must(w.store.SystemRead(w.Context(), "a test reads rows", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql, args...).Scan(&found).Error }))
	return found
}

// person adds a contact, on the list when it says so.
func (w *world) person(address string, lists ...id.ID) contact.Contact {
	w.Helper()
	c, err := w.contacts.Add(w.Context(), w.account.Scope, contact.Draft{Email: address, Name: "Kim"}, "They asked for it at the counter in May.", lists)
	w.must(err)
	return c
}

func source(subject string) content.Source {
	return content.Source{Kind: content.Markdown, Subject: subject, Body: "Hello {{ name }}.\n\n[Leave]({{ unsubscribe_url }}) {{ sender_address }}\n"}
}

// automation makes one with a step for each wait, named "1", "2" …, and turns it on.
func (w *world) automation(d automation.Draft, waits ...int) automation.Automation {
	w.Helper()
	d.Name, d.DomainID, d.FromName, d.FromLocal = "Test", w.account.DomainID, "Shop", "news"
	if d.Recipe == automation.Welcome && d.ListID.IsZero() {
		d.ListID = w.list.ID
	}
	a, err := w.service.Create(w.Context(), w.account.Scope, d)
	w.must(err)
	for i, wait := range waits {
		a = w.fresh(a)
		w.must(w.service.SetStep(w.Context(), w.account.Scope, a.ID, a.Revision, "", wait, source(fmt.Sprint(i+1))))
	}
	w.must(w.service.TurnOn(w.Context(), w.account.Scope, a.ID))
	w.sweep() // its campaigns begin
	return w.fresh(a)
}

func (w *world) fresh(a automation.Automation) automation.Automation {
	w.Helper()
	a, err := w.service.Get(w.Context(), w.account.Scope, a.ID)
	w.must(err)
	return a
}

// sweep does what the workers do within a few seconds.
func (w *world) sweep() {
	w.Helper()
	for range 3 {
		w.must(w.sending.Sweep(w.Context()))
		w.must(w.service.Sweep(w.Context()))
		w.must(w.sending.Sweep(w.Context()))
		w.clock.Advance(15 * time.Second)
	}
}

// days lets days pass, with a look each six hours: so long may nobody be at work.
func (w *world) days(n int) {
	w.Helper()
	for range 8 * n {
		w.clock.Advance(3 * time.Hour)
		w.must(w.service.Sweep(w.Context()))
		w.must(w.sending.Sweep(w.Context()))
	}
	w.sweep()
}

// got is what was handed over, as "address subject", sorted.
func (w *world) got() []string {
	w.Helper()
	found := w.texts("SELECT d.recipient || ' ' || m.subject FROM messages m JOIN deliveries d ON d.account_id = m.account_id AND d.message_id = m.message_id WHERE m.campaign_id <> ''")
	slices.Sort(found)
	return found
}

func (w *world) want(want ...string) {
	w.Helper()
	if got := w.got(); !slices.Equal(got, want) {
		w.Errorf("handed over %q, want %q", got, want)
	}
	for _, row := range w.texts("SELECT campaign_id FROM campaigns WHERE kind = 'automation'") {
		sums, err := w.sending.Sums(w.Context(), w.account.Scope, id.ID(row))
		w.must(err)
		if rows := w.texts("SELECT address FROM campaign_recipients WHERE campaign_id = ?", row); !sums.Balanced() || int64(len(rows)) != sums.Audience {
			w.Errorf("the sums of %s: %+v of %d rows", row, sums, len(rows))
		}
	}
}

// states is "address state why" of people, sorted by address.
func (w *world) states() string {
	w.Helper()
	return strings.Join(w.texts("SELECT TRIM(address || ' ' || state || ' ' || why) FROM automation_people ORDER BY address, round"), "; ")
}

// at once runs n functions side by side.
func atOnce(n int, fn func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { fn(i) })
	}
	all.Wait()
}
