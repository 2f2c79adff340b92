package reputation

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/broadcast"
	"smtpserver/app/clock"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// world is an account, staff, campaigns, and the delivery engine with servers that answer
// as the test says.
type world struct {
	testing.TB
	ctx   context.Context
	store *store.Store
	clock *clock.Fake
	seed.Account
	*Service
	doors     *Doors
	accept    *submission.Service
	campaigns *broadcast.Service
	engine    *delivery.Engine
	post      *post
	size      int // of the audience
	sam, eve  id.ID

	mu       sync.Mutex
	asked    int // recipients that a server was asked about
	answer   func(p *delivery.Parcel) delivery.Outcome
	slowness time.Duration // of the servers, faster than any real one
}

// each runs a test on both engines, with a clock that the test moves.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(time.Now().UTC().Truncate(24 * time.Hour).Add(9 * time.Hour))
			fn(t, newWorld(t, open(t, c), c))
		})
	}
}

func newWorld(t testing.TB, s *store.Store, c *clock.Fake) *world {
	t.Helper()
	w := &world{TB: t, ctx: t.Context(), store: s, clock: c, Account: seed.NewAccount(t, s, "Alpha"), post: &post{}, sam: id.New(), eve: id.New(), slowness: 5 * time.Millisecond}
	w.own(w.Account, "ada@alpha.example")
	w.accept = submission.New(s, w, w, "mail.host.example", slog.New(slog.DiscardHandler))
	t.Cleanup(w.accept.Close)
	w.campaigns = broadcast.New(broadcast.Options{
		Store: s, Submission: w.accept, Domains: w, Leaving: w, Audiences: map[broadcast.Kind]broadcast.Audience{broadcast.ToContacts: crowd{w}},
		Compile: func(_ context.Context, source content.Source) (broadcast.Content, error) { return text(source), nil },
		ScopeOf: func(id.ID) account.Scope { return w.Scope }, Log: slog.New(slog.DiscardHandler),
	})
	w.Service = w.service(true)
	w.doors = NewDoors(w.Service, c)
	w.accept.Heed(w.doors)
	w.engine = w.worker(w.Service)
	return w
}

// service is a process' service on the same database.
func (w *world) service(newLimits bool) *Service {
	return New(Deps{Store: w.store, Accounts: account.New(w.store), Campaigns: w.campaigns, Mail: w.post, Audit: audit.New(w.store), Log: slog.New(slog.DiscardHandler), NewLimits: newLimits})
}

// worker is a process' engine; the service hears of what it finds.
func (w *world) worker(s *Service) *delivery.Engine {
	w.Helper()
	e, err := delivery.New(delivery.Options{
		Store: w.store, Transport: servers{w}, Signer: w, Metrics: silent{}, Log: slog.New(slog.DiscardHandler), Wake: func(string, bool) {}, DataDir: w.TempDir(), Alone: true, Bad: s.Bad,
	})
	w.must(err)
	s.OnChange(e.LookAgain)
	ctx, cancel := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { s.Watch(ctx) })
	w.Cleanup(func() {
		e.Stop()
		if err := e.Close(context.Background()); err != nil {
			w.Error(err)
		}
		cancel()
		watching.Wait()
	})
	return e
}

// own gives an account an owner.
func (w *world) own(a seed.Account, email string) {
	w.Helper()
	user := id.New()
	w.exec(`INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at) VALUES (?, ?, ?, 'Ada', '', ?, 'system', ?, ?)`,
		user, email, email, false, w.store.Now(), w.store.Now())
	w.exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES (?, ?, 'owner', ?)", a.ID, user, w.store.Now())
	w.exec("INSERT INTO account_owners (account_id, user_id, role) VALUES (?, ?, 'owner')", a.ID, user)
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.Helper()
	w.must(w.store.SystemWrite(w.ctx, "prepare a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

// figure puts counters into an hour.
func (w *world) figure(a seed.Account, stream message.Stream, ago time.Duration, ended, hard, complained int64) {
	w.Helper()
	w.exec("INSERT INTO outcome_hours (account_id, hour, stream, provider, ended, hard, refused, complained) VALUES (?, ?, ?, '', ?, ?, 0, ?)",
		a.ID, message.HourOf(w.clock.Now().Add(-ago)), stream, ended, hard, complained)
}

func (w *world) standing() Standing {
	w.Helper()
	var st Standing
	w.must(w.store.SystemRead(w.ctx, "test: standing", func(_ context.Context, tx *gorm.DB) (err error) {
		st, err = standingOf(tx, w.ID)
		return err
	}))
	return st
}

func (w *world) steps() (kinds []string) {
	w.Helper()
	w.must(w.store.SystemRead(w.ctx, "test: steps", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT kind FROM standing_steps WHERE account_id = ? ORDER BY step_id", w.ID).Scan(&kinds).Error
	}))
	return kinds
}

func (w *world) count(sql string, args ...any) (n int64) {
	w.Helper()
	w.must(w.store.SystemRead(w.ctx, "test: count", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql, args...).Scan(&n).Error }))
	return n
}

// campaign starts one to so many recipients.
func (w *world) campaign(size int) broadcast.Campaign {
	w.Helper()
	w.size = size
	c, err := w.campaigns.Create(w.ctx, w.Scope, broadcast.Brief{
		Kind: broadcast.ToContacts, Name: "News", DomainID: w.DomainID, FromName: "Shop", FromLocal: "news", Plan: broadcast.Plan{When: broadcast.Now},
		Content: []broadcast.Variant{{Source: content.Source{Kind: content.Markdown, Subject: "Hello", Body: "Bye: {{ unsubscribe_url }}"}}},
	})
	w.must(err)
	w.must(w.campaigns.Start(w.ctx, w.Scope, c.ID))
	return c
}

func (w *world) now(c broadcast.Campaign) broadcast.Campaign {
	w.Helper()
	c, err := w.campaigns.Get(w.ctx, w.Scope, c.ID)
	w.must(err)
	return c
}

// deliver lets an engine work off what is due.
func (w *world) deliver(e *delivery.Engine) {
	w.Helper()
	for range 1000 {
		due, err := e.Due(w.ctx, 100)
		w.must(err)
		if len(due) == 0 {
			return
		}
		for _, d := range due {
			_, err := e.Run(w.ctx, d.Name)
			w.must(err)
		}
	}
	w.Fatal("the engine never comes to an end")
}

// until waits for what happens in other goroutines.
func (w *world) until(what string, done func() bool) {
	w.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if done() {
			return
		}
	}
	w.Fatal("it never came: " + what)
}

// verify checks that standings are what the history says, and that mail adds up.
func (w *world) verify() {
	w.Helper()
	if wrong, err := Verify(w.ctx, w.store); err != nil || len(wrong) > 0 {
		w.Errorf("%q %v", wrong, err)
	}
	l, err := message.Verify(w.ctx, w.store)
	w.must(err)
	c, err := broadcast.Verify(w.ctx, w.store)
	w.must(err)
	if !l.OK() || !c.OK() {
		w.Errorf("%+v %+v", l, c)
	}
}

// Sendable, Get, Destination, Wake, URLs, Sign and ReturnPath stand for the neighbours.
func (w *world) Sendable(context.Context, account.Scope, string) (domain.Domain, error) {
	return domain.Domain{ID: w.DomainID, Name: w.Domain}, nil
}

func (w *world) Get(context.Context, account.Scope, id.ID) (domain.Domain, error) {
	return domain.Domain{ID: w.DomainID, Name: w.Domain}, nil
}
func (w *world) Destination(_ context.Context, domain string) string { return domain }
func (w *world) Wake(string, bool)                                   {}
func (w *world) URLs(_, m id.ID, _ string) (string, string, error) {
	return "https://x.example/u/" + string(m), "https://x.example/p/" + string(m), nil
}
func (w *world) Sign(context.Context, id.ID, id.ID, []byte) ([]byte, string, error) {
	return nil, "s", nil
}
func (w *world) ReturnPath(context.Context, *message.Message) (string, error) {
	return "b@x.example", nil
}

type text content.Source

func (text) Fields() []string { return []string{"unsubscribe_url"} }
func (t text) Render(p content.Person) (content.Rendered, error) {
	return content.Rendered{Subject: t.Subject, Text: strings.ReplaceAll(t.Body, "{{ unsubscribe_url }}", p.UnsubscribeURL)}, nil
}

// crowd is an audience of r0@one.example, r1@one.example …
type crowd struct{ *world }

func (c crowd) Freeze(ctx context.Context, campaign broadcast.Campaign, s broadcast.Slice) (next string, err error) {
	from, _ := strconv.Atoi(s.After)
	to := min(from+s.Most, c.size)
	var rows []broadcast.Recipient
	for i := from; i < to; i++ {
		rows = append(rows, broadcast.Recipient{AccountID: campaign.AccountID, CampaignID: campaign.ID, Number: s.First + int64(i-from), Address: fmt.Sprintf("r%d@one.example", i)})
	}
	if to < c.size {
		next = strconv.Itoa(to)
	}
	return next, broadcast.AddRecipients(ctx, c.store, rows)
}

func (crowd) People(_ context.Context, _ broadcast.Campaign, of []broadcast.Recipient) ([]broadcast.Person, error) {
	people := make([]broadcast.Person, len(of))
	for i, r := range of {
		people[i].Email = r.Address
	}
	return people, nil
}

// servers are those of all recipients.
type servers struct{ *world }

func (s servers) Courier(string, delivery.Profile, func() int) delivery.Courier { return s }
func (servers) Narrow(string, int) int                                          { return 0 }
func (servers) Close()                                                          {}
func (servers) Profile(string) delivery.Profile {
	return delivery.Profile{Connections: 4, Start: 4, PerConnection: 1000}
}
func (servers) Destination(_ context.Context, domain string) (string, error) { return domain, nil }

// Deliver answers as a server on loopback does, a moment later.
func (s servers) Deliver(_ context.Context, p *delivery.Parcel) delivery.Report {
	if err := p.BeforeDot(); err != nil {
		return delivery.Report{Untried: true}
	}
	s.mu.Lock()
	slowness := s.slowness
	s.mu.Unlock()
	time.Sleep(slowness)
	s.mu.Lock()
	s.asked += len(p.Recipients)
	answer := s.answer
	s.mu.Unlock()
	o := delivery.Outcome{State: message.Delivered, Reply: "250 ok"}
	if answer != nil {
		o = answer(p)
	}
	r := delivery.Report{Attempt: message.Attempt{StartedAt: time.Now()}}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

func (w *world) told() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

var noSuchMailbox = delivery.Outcome{State: message.Bounced, Class: message.ClassRecipient, Verdict: "no_such_mailbox", Reply: "550 5.1.1 no such user", Reason: "There is no such mailbox."}

type silent struct{}

func (silent) Outcome(_, _, _, _, _ string) {}
func (silent) Ambiguous(int)                {}
func (silent) LostLease(int)                {}
func (silent) AttemptTook(time.Duration)    {}

// post keeps what owners are told.
type post struct {
	mu      sync.Mutex
	stood   []Step
	answers []string
	to      Owner
}

func (p *post) Stood(_ context.Context, to Owner, s Step) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stood, p.to = append(p.stood, s), to
	return nil
}

func (p *post) Answered(_ context.Context, _ Owner, text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = append(p.answers, text)
	return nil
}

func (p *post) kinds() (kinds []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.stood {
		kinds = append(kinds, string(s.Kind))
	}
	return kinds
}

func (w *world) try(sql string) error {
	return w.store.SystemWrite(w.ctx, "try in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql).Error })
}

// undone does something and then puts the standing back as it was.
func (w *world) undone(do func()) {
	w.Helper()
	var st []Standing
	var guards []guardRow
	var cases []Case
	w.must(w.store.SystemRead(w.ctx, "test: remember", func(_ context.Context, tx *gorm.DB) error {
		tx.Raw("SELECT * FROM standings").Scan(&st)
		tx.Raw("SELECT * FROM sending_guards").Scan(&guards)
		return tx.Raw("SELECT * FROM standing_cases").Scan(&cases).Error
	}))
	do()
	w.must(w.store.SystemWrite(w.ctx, "test: put back", func(_ context.Context, tx *gorm.DB) error {
		for _, table := range []string{"standings", "sending_guards", "standing_cases"} {
			if err := tx.Exec("DELETE FROM " + table).Error; err != nil {
				return err
			}
		}
		tx.Create(&st)
		tx.Create(&guards)
		return tx.Create(&cases).Error
	}))
}
