package broadcast

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// world is an account, an audience, and an engine whose servers take everything.
type world struct {
	testing.TB
	ctx   context.Context
	store *store.Store
	clock *clock.Fake
	seed.Account
	crowd *crowd
	*Service
	accept *submission.Service
	engine *delivery.Engine

	mu       sync.Mutex
	lost     bool           // the domain
	sunk     map[string]int // copies, by address
	subjects map[string]string
	answer   func(*delivery.Parcel) delivery.Report
}

// each runs a test on both engines, with a clock that the test moves.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		c := clock.NewFake(time.Now())
		fn(t, newWorld(t, storetest.SQLite(t, c), c))
	})
	t.Run("postgres", func(t *testing.T) {
		c := clock.NewFake(time.Now())
		fn(t, newWorld(t, storetest.Postgres(t, c), c))
	})
}

func newWorld(t testing.TB, s *store.Store, c *clock.Fake) *world {
	t.Helper()
	w := &world{TB: t, ctx: t.Context(), store: s, clock: c, Account: seed.NewAccount(t, s, "Alpha"), sunk: map[string]int{}, subjects: map[string]string{}}
	w.crowd = &crowd{world: w}
	accept := submission.New(s, w, w, "mail.host.example", slog.New(slog.DiscardHandler))
	t.Cleanup(accept.Close)
	w.accept = accept
	w.Service = w.service(accept)
	var err error
	w.engine, err = delivery.New(delivery.Options{
		Store: s, Transport: sink{w}, Signer: w, Metrics: silent{}, Log: slog.New(slog.DiscardHandler), Wake: func(string, bool) {}, DataDir: t.TempDir(), Alone: true,
	})
	w.must(err)
	t.Cleanup(func() {
		w.engine.Stop()
		if err := w.engine.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return w
}

// service is another process' service on the same database.
func (w *world) service(accept *submission.Service) *Service {
	s := New(Options{
		Store: w.store, Submission: accept, Domains: w, Compile: compile, Audiences: map[Kind]Audience{ToContacts: w.crowd}, Leaving: w,
		ScopeOf: func(id.ID) account.Scope { return w.Scope }, Log: slog.New(slog.DiscardHandler),
	})
	s.place = 300
	return s
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

// Sendable implements submission.Directory.
func (w *world) Sendable(context.Context, account.Scope, string) (domain.Domain, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lost {
		return domain.Domain{}, fault.New(fault.Forbidden, "The domain lost its proof.")
	}
	return domain.Domain{ID: w.DomainID, Name: w.Domain}, nil
}

// Get implements Domains; it hides the service's.
func (w *world) Get(context.Context, account.Scope, id.ID) (domain.Domain, error) {
	return domain.Domain{ID: w.DomainID, Name: w.Domain}, nil
}

// Destination and Wake implement submission.Queue.
func (w *world) Destination(_ context.Context, name string) string { return name }
func (w *world) Wake(string, bool)                                 {}

// URLs implements Leaving.
func (w *world) URLs(_, messageID id.ID, _ string) (string, string, error) {
	return "https://host.example/u/" + string(messageID), "https://host.example/u/" + string(messageID) + "#choose", nil
}

// Sign and ReturnPath implement delivery.Signer.
func (w *world) Sign(context.Context, id.ID, id.ID, []byte) ([]byte, string, error) {
	return []byte("DKIM-Signature: x\r\n"), "s", nil
}

func (w *world) ReturnPath(_ context.Context, m *message.Message) (string, error) {
	return "b@" + string(m.ID) + ".example", nil
}

// compile makes a content that knows one field, {{ name }}, and fails for people called Fail.
func compile(_ context.Context, s content.Source) (Content, error) {
	if s.Body == "" {
		return nil, fault.Field("body", "Write what is sent.")
	}
	return text(s), nil
}

type text content.Source

func (t text) Fields() []string {
	if strings.Contains(t.Body, "{{ unsubscribe_url }}") {
		return []string{"unsubscribe_url"}
	}
	return nil
}

func (t text) Render(p content.Person) (content.Rendered, error) {
	if p.Name == "Fail" {
		return content.Rendered{}, fault.New(fault.Invalid, "The field age is no number.")
	}
	fill := strings.NewReplacer("{{ name }}", p.Name, "{{ unsubscribe_url }}", p.UnsubscribeURL).Replace
	return content.Rendered{Subject: fill(t.Subject), Text: fill(t.Body), HTML: "<p>" + fill(t.Body) + "</p>"}, nil
}

// crowd is an audience in memory.
type crowd struct {
	*world
	mu      sync.Mutex
	members []member
	gone    map[string]bool
	most    int // rows of a slice; 0: as many as there may be
}

type member struct {
	address, name, zone string
	excluded            Reason
}

func (c *crowd) fill(n int, places ...string) {
	if len(places) == 0 {
		places = []string{"one.example"}
	}
	for i := range n {
		c.members = append(c.members, member{address: fmt.Sprintf("r%d@%s", i, places[i%len(places)]), name: "R" + strconv.Itoa(i)})
	}
}

// Freeze implements Audience.
func (c *crowd) Freeze(ctx context.Context, campaign Campaign, s Slice) (next string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	from := 0
	if s.After != "" {
		if from, err = strconv.Atoi(s.After); err != nil {
			return "", err
		}
	}
	most := s.Most
	if c.most > 0 {
		most = c.most
	}
	to := min(from+most, len(c.members))
	var rows []Recipient
	for i, m := range c.members[from:to] {
		r := Recipient{AccountID: campaign.AccountID, CampaignID: campaign.ID, Number: s.First + int64(i), Address: m.address, Excluded: m.excluded}
		if m.excluded != Included {
			r.Why = "Because."
		}
		if campaign.Plan.Zoned() {
			r.Zone = m.zone
		}
		rows = append(rows, r)
	}
	if to < len(c.members) {
		next = strconv.Itoa(to)
	}
	return next, AddRecipients(ctx, c.store, rows)
}

// People implements Audience.
func (c *crowd) People(_ context.Context, _ Campaign, of []Recipient) ([]Person, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	people := make([]Person, len(of))
	for i, r := range of {
		at := slices.IndexFunc(c.members[r.Number-1:], func(m member) bool { return m.address == r.Address })
		people[i].Email, people[i].Name = r.Address, c.members[int(r.Number)-1+at].name
		if c.gone[r.Address] {
			people[i].Excluded, people[i].Why = Skipped, "The contact was removed."
		}
	}
	return people, nil
}

// sink is every server: it takes everything and counts copies.
type sink struct{ *world }

func (s sink) Courier(string, delivery.Profile, func() int) delivery.Courier { return s }
func (s sink) Narrow(string, int) int                                        { return 0 }
func (s sink) Close()                                                        {}
func (s sink) Profile(string) delivery.Profile {
	return delivery.Profile{Connections: 4, Start: 4, PerConnection: 1000}
}

func (s sink) Destination(_ context.Context, domain string) (string, error) { return domain, nil }

func (s sink) Deliver(_ context.Context, p *delivery.Parcel) delivery.Report {
	if err := p.BeforeDot(); err != nil {
		return delivery.Report{Untried: true}
	}
	s.mu.Lock()
	answer := s.answer
	for _, d := range p.Recipients {
		s.sunk[d.Recipient]++
		s.subjects[d.Recipient] = p.Message.Subject
	}
	s.mu.Unlock()
	if answer != nil {
		return answer(p)
	}
	return same(p, delivery.Outcome{State: message.Delivered, Reply: "250 ok"})
}

func same(p *delivery.Parcel, o delivery.Outcome) delivery.Report {
	r := delivery.Report{Attempt: message.Attempt{StartedAt: time.Now()}}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	return r
}

type silent struct{}

func (silent) Outcome(_, _, _, _, _ string) {}
func (silent) Ambiguous(int)                {}
func (silent) LostLease(int)                {}
func (silent) AttemptTook(time.Duration)    {}

// brief is a campaign that can be sent.
func (w *world) brief() Brief {
	return Brief{
		Kind: ToContacts, Name: "News", DomainID: w.DomainID, FromName: "Shop", FromLocal: "news",
		Content: []Variant{{Source: content.Source{Kind: content.Markdown, Subject: "Hello {{ name }}", Body: "Bye: {{ unsubscribe_url }}"}}},
		Plan:    Plan{When: Now},
	}
}

func (w *world) create(b Brief) Campaign {
	w.Helper()
	c, err := w.Create(w.ctx, w.Scope, b)
	w.must(err)
	return c
}

func (w *world) started(b Brief) Campaign {
	w.Helper()
	c := w.create(b)
	w.must(w.Start(w.ctx, w.Scope, c.ID))
	return c
}

func (w *world) now(c Campaign) Campaign {
	w.Helper()
	c, err := w.Service.Get(w.ctx, w.Scope, c.ID)
	w.must(err)
	return c
}

func (w *world) sums(c Campaign) Sums {
	w.Helper()
	sums, err := w.Sums(w.ctx, w.Scope, c.ID)
	w.must(err)
	if !sums.Balanced() {
		w.Errorf("the sums do not add up: %+v", sums)
	}
	return sums
}

// sweep lets a service do what is due now, and what comes due by waiting a little.
func (w *world) sweep() {
	w.Helper()
	w.must(w.Sweep(w.ctx))
}

// deliver lets the engine work off what is due.
func (w *world) deliver() {
	w.Helper()
	for range 1000 {
		due, err := w.engine.Due(w.ctx, 100)
		w.must(err)
		if len(due) == 0 {
			return
		}
		for _, d := range due {
			_, err := w.engine.Run(w.ctx, d.Name)
			w.must(err)
		}
	}
	w.Fatal("the engine never comes to an end")
}

// finish sweeps and delivers until the campaign has ended.
func (w *world) finish(c Campaign) Campaign {
	w.Helper()
	for range 200 {
		w.sweep()
		w.deliver()
		if c = w.now(c); c.Ended() && c.FinishedAt != nil {
			return c
		}
		w.clock.Advance(2 * time.Second)
	}
	w.Fatalf("the campaign does not end: %s, %s, %+v", c.State, c.Reason, w.sums(c))
	return c
}

// verify checks the ledgers.
func (w *world) verify() {
	w.Helper()
	l, err := Verify(w.ctx, w.store)
	w.must(err)
	if !l.OK() {
		w.Errorf("the campaigns' ledger: %+v", l)
	}
	m, err := message.Verify(w.ctx, w.store)
	w.must(err)
	if !m.OK() {
		w.Errorf("the messages' ledger: %+v", m)
	}
}

// once checks that everybody got one copy, but for those excluded.
func (w *world) once(excluded ...string) {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.crowd.members {
		want := 1
		if m.excluded != Included || slices.Contains(excluded, m.address) {
			want = 0
		}
		if got := w.sunk[m.address]; got != want {
			w.Errorf("%s got %d copies, want %d", m.address, got, want)
		}
	}
}

func isKind(err error, kind fault.Kind) bool { return err != nil && fault.Is(err, kind) }

var errTest = errors.New("a fault of the test")
