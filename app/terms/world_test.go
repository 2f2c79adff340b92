package terms_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/seed"
)

// start is later than any clock that runs these tests: the database refuses an
// announcement that is dated back.
var start = time.Date(2091, 3, 1, 9, 30, 0, 0, time.UTC)

// world is an installation with its operator, two staff and a network that takes mail
// when the test says so.
type world struct {
	t        testing.TB
	store    *store.Store
	clock    *clock.Fake
	archive  *terms.Archive
	desk     *terms.Desk
	courier  *terms.Courier
	gate     *terms.Gate
	accounts *account.Service
	operator seed.Account
	ada, bob id.ID // staff

	mu      sync.Mutex
	refuse  map[string]bool // addresses that no mail can be written to
	letters []terms.Letter
	crowded bool // too many letters to keep
	kill    int  // fail after so many letters; 0: never
}

// eachWorld runs a test on both engines, with version 1 of the terms in force since the day
// before. It is an older installation: somebody was a customer when the other documents got
// their founding texts, so they have none yet.
func eachWorld(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(t, newWorld(t, open))
		})
	}
}

func newWorld(t testing.TB, open func(testing.TB, clock.Clock) *store.Store) *world {
	t.Helper()
	w := &world{t: t, clock: clock.NewFake(start.Add(-24 * time.Hour)), refuse: map[string]bool{}}
	w.store = open(t, w.clock)
	w.archive, w.accounts = terms.New(w.store), account.New(w.store)
	w.operator = seed.NewAccount(t, w.store, "Operator")
	if err := w.archive.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(24 * time.Hour)
	w.exec("UPDATE accounts SET kind = 'operator' WHERE account_id = ?", w.operator.ID)
	w.exec("INSERT INTO instance_values (name, value) VALUES ('operator_account', ?)", w.operator.ID)
	w.ada, w.bob = w.user("ada@staff.example"), w.user("bob@staff.example")
	w.desk = terms.NewDesk(w.archive, func() {})
	w.restart()
	return w
}

// restart is what a killed process does: nothing it knew is left.
func (w *world) restart() {
	w.courier = terms.NewCourier(w.archive, w, slog.New(slog.DiscardHandler))
	w.gate = terms.NewGate(w.archive, w.clock, func(slug string) string { return "https://mail.example/a/" + slug + "/settings/terms" })
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	if err := w.try(sql, args...); err != nil {
		w.t.Fatal(err)
	}
}

// try runs SQL as an attacker with the database's own shell would.
func (w *world) try(sql string, args ...any) error {
	return w.store.SystemWrite(context.Background(), "a test goes round the program", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(sql, args...).Error
	})
}

func (w *world) count(sql string, args ...any) (n int64) {
	w.t.Helper()
	err := w.store.SystemRead(context.Background(), "a test counts", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(sql, args...).Scan(&n).Error
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) user(email string) id.ID {
	w.t.Helper()
	userID, now := id.New(), w.store.Now()
	w.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, email_confirmed_at, password_changed_at, created_at)
		VALUES (?, ?, ?, 'A', '!', ?, 'system', ?, ?, ?)`, userID, email, strings.ToLower(email), strings.HasSuffix(email, "staff.example"), now, now, now)
	return userID
}

// customer is an account with its owner.
type customer struct {
	account.Account
	owner id.ID
	email string
	scope account.Scope
}

// signUp makes a customer who accepts what is in force.
func (w *world) signUp(name string) customer {
	w.t.Helper()
	c := customer{email: name + "@" + name + ".example"}
	c.owner = w.user(c.email)
	var err error
	if c.Account, err = w.accounts.Create(w.t.Context(), c.owner, account.Profile{Name: name, Kind: account.Business}); err != nil {
		w.t.Fatal(err)
	}
	c.scope = account.NewScope(c.ID, account.Actor{Kind: account.ActorUser, ID: c.owner, Role: account.Owner})
	v, err := w.archive.Current(w.t.Context(), terms.Service, w.clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.archive.Record(w.t.Context(), v, terms.By{AccountID: c.ID, UserID: c.owner, Channel: terms.SignUp, IP: netip.MustParseAddr("192.0.2.1"), UserAgent: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

var errKilled = errors.New("the worker was killed")

// Tell implements terms.Post with a row in the operator's message log.
func (w *world) Tell(ctx context.Context, l terms.Letter) (id.ID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse[l.To] {
		return "", fault.New(fault.Invalid, "This is no address.")
	}
	if w.kill > 0 {
		if w.kill--; w.kill == 0 {
			return "", errKilled
		}
	}
	n := seed.NewMessage(w.store, w.operator, message.Transactional, l.To)
	if err := message.Insert(ctx, w.store, []*message.New{n}); err != nil {
		return "", err
	}
	if !w.crowded {
		w.letters = append(w.letters, l)
	}
	return n.Message.ID, nil
}

// deliver hands every waiting mail over now; bounced ones come back for good.
func (w *world) deliver(bounced ...string) {
	w.t.Helper()
	now := w.store.Now()
	for _, address := range bounced {
		w.exec("UPDATE deliveries SET state = 'bounced', reason = 'No such user.', final_at = ? WHERE account_id = ? AND state = 'queued' AND recipient_key = ?", now, w.operator.ID, address)
	}
	w.exec("UPDATE deliveries SET state = 'delivered', final_at = ? WHERE account_id = ? AND state = 'queued'", now, w.operator.ID)
}

func (w *world) run() {
	w.t.Helper()
	if err := w.courier.Run(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// text is a small document whose content tells its number.
func text(n int) string {
	return fmt.Sprintf("# Terms\n\nFirst.\n\n## Keeping\n\nWe keep content for %d days, as edition %d says.\n", 30+n, n)
}

func (w *world) draft(n int, on terms.Date) terms.Draft {
	return terms.Draft{Document: terms.Service, Title: "Terms of service", Markdown: text(n), Kind: terms.Material, Summary: "We keep content longer.", EffectiveOn: on}
}

// announce saves, approves and announces a draft.
func (w *world) announce(f terms.Draft) (terms.Version, error) {
	w.t.Helper()
	ctx := w.t.Context()
	opened, err := w.desk.Open(ctx, f.Document)
	if err != nil {
		w.t.Fatal(err)
	}
	f.Revision = opened.Revision
	if err := w.desk.Save(ctx, w.ada, f); err != nil {
		return terms.Version{}, err
	}
	f.Revision++
	if err := w.desk.Approve(ctx, w.bob, f.Document, f.Revision); err != nil {
		return terms.Version{}, err
	}
	return w.desk.Announce(ctx, w.ada, f.Document, f.Revision)
}

func (w *world) mustAnnounce(f terms.Draft) terms.Version {
	w.t.Helper()
	v, err := w.announce(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// to moves the clock to noon of a day.
func (w *world) to(d terms.Date) {
	w.t.Helper()
	at, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(at.Add(12 * time.Hour).Sub(w.clock.Now()))
}

func (w *world) version(n int) terms.Version {
	w.t.Helper()
	v, err := w.archive.Get(w.t.Context(), terms.Service, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

func (w *world) figures(n int) terms.Figures {
	w.t.Helper()
	f, err := w.archive.FiguresOf(w.t.Context(), terms.Service, n)
	if err != nil {
		w.t.Fatal(err)
	}
	if !f.AddUp() {
		w.t.Errorf("version %d: the figures do not add up: %+v", n, f)
	}
	return f
}

func (w *world) verify() terms.Proof {
	w.t.Helper()
	p, err := terms.Verify(w.t.Context(), w.store)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// use is a member's page.
func (w *world) use(c customer) error {
	w.t.Helper()
	return w.gate.Use(w.t.Context(), c.scope, terms.By{Channel: terms.UseWeb, IP: netip.MustParseAddr("192.0.2.7"), UserAgent: "browser"})
}

// letters to an address, by kind.
func (w *world) mailed(to string) (kinds []terms.MailKind) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.letters {
		if l.To == to {
			kinds = append(kinds, l.Kind)
		}
	}
	return kinds
}
