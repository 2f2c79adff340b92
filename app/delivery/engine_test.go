package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// A machine that stands still for a moment looks like a tarpit: only the test of those
// lets a run go on without its slot.
func TestMain(m *testing.M) {
	slotTime = time.Hour
	stepTime = 50 * time.Millisecond
	os.Exit(m.Run())
}

// scripted is a transport whose servers answer by a function.
type scripted struct {
	mu       sync.Mutex
	answer   func(p *Parcel) Report
	received []string // recipients in the order they were tried
	width    int
	group    func(domain string) (string, error)
}

func (s *scripted) Courier(string, Profile, func() int) Courier { return s }
func (s *scripted) Narrow(string, int) int                      { return 0 }
func (s *scripted) Close()                                      {}
func (s *scripted) Profile(string) Profile {
	return Profile{Connections: max(s.width, 1), Start: max(s.width, 1), PerConnection: 100}
}
func (s *scripted) Destination(_ context.Context, domain string) (string, error) {
	if s.group == nil {
		return domain, nil
	}
	return s.group(domain)
}

func (s *scripted) Deliver(_ context.Context, p *Parcel) Report {
	if err := p.BeforeDot(); err != nil {
		return Report{Untried: true}
	}
	s.mu.Lock()
	for _, d := range p.Recipients {
		s.received = append(s.received, d.Recipient)
	}
	answer := s.answer
	s.mu.Unlock()
	if answer == nil {
		answer = accepts
	}
	r := answer(p)
	r.Attempt.StartedAt = time.Now().UTC().Truncate(time.Microsecond)
	return r
}

func accepts(p *Parcel) Report {
	return same(p, Outcome{State: message.Delivered, Reason: "Accepted.", Reply: "250 2.0.0 ok"})
}

func same(p *Parcel, o Outcome) Report {
	r := Report{Outcomes: make([]Outcome, len(p.Recipients))}
	for i := range r.Outcomes {
		r.Outcomes[i] = o
	}
	return r
}

type plainSigner struct{}

func (plainSigner) Sign(context.Context, id.ID, id.ID, []byte) ([]byte, string, error) {
	return []byte("DKIM-Signature: x\r\n"), "s1", nil
}
func (plainSigner) ReturnPath(_ context.Context, m *message.Message) (string, error) {
	return "b+x@bounces.example", nil
}

type counted struct {
	mu        sync.Mutex
	ambiguous int
	lost      int
}

func (c *counted) Outcome(_, _, _, _, _ string) {}
func (c *counted) AttemptTook(time.Duration)    {}
func (c *counted) Ambiguous(n int)              { c.mu.Lock(); c.ambiguous += n; c.mu.Unlock() }
func (c *counted) LostLease(n int)              { c.mu.Lock(); c.lost += n; c.mu.Unlock() }

func newEngine(t *testing.T, s *store.Store, tr Transport, dir string) (*Engine, *counted) {
	t.Helper()
	m := &counted{}
	e, err := New(Options{Store: s, Transport: tr, Signer: plainSigner{}, Metrics: m, Log: testLog(t), DataDir: dir, Wake: func(string, bool) {}, Box: testBox(t)})
	if err != nil {
		t.Fatal(err)
	}
	e.renewed.set()
	e.shares.alone = true // most tests open one engine after the other
	return e, m
}

func states(t *testing.T, s *store.Store) map[message.State]int {
	t.Helper()
	counts := map[message.State]int{}
	err := s.SystemRead(t.Context(), "count states in a test", func(_ context.Context, tx *gorm.DB) error {
		var rows []message.Delivery
		if err := tx.Find(&rows).Error; err != nil {
			return err
		}
		for _, d := range rows {
			counts[d.State]++
			if d.State.Final() && (d.FinalAt == nil || d.LeaseOwner != "") {
				t.Errorf("final but open: %+v", d)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func TestRunDeliversEverythingOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 450)
		many := seed.NewMessage(s, a, message.Broadcast)
		for i := range 250 {
			many.Deliveries = append(many.Deliveries, seed.NewMessage(s, a, message.Broadcast, fmt.Sprintf("m%d@one.example", i)).Deliveries[0])
			many.Deliveries[i].MessageID = many.Message.ID
		}
		if err := message.Insert(t.Context(), s, []*message.New{many}); err != nil {
			t.Fatal(err)
		}
		tr := &scripted{width: 4}
		e, _ := newEngine(t, s, tr, t.TempDir())
		if more, err := e.Run(t.Context(), "one.example"); more || err != nil {
			t.Fatal(more, err)
		}
		if got := states(t, s); got[message.Delivered] != 700 || len(got) != 1 {
			t.Errorf("states %v", got)
		}
		slices.Sort(tr.received)
		if n := len(slices.Compact(tr.received)); n != 700 || len(tr.received) != 700 {
			t.Errorf("%d tries of %d recipients", len(tr.received), n)
		}
	})
}

func claim(t *testing.T, e *Engine, destination string, n int) ([]*message.Delivery, error) {
	t.Helper()
	b, err := e.queue.claim(t.Context(), destination, n, 0)
	return b.rows, err
}

// A claim is fair: transactional first, then accounts in turn.
func TestClaimIsFair(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		loud, quiet := seed.NewAccount(t, s, "Loud"), seed.NewAccount(t, s, "Quiet")
		seed.Messages(t, s, loud, message.Broadcast, "one.example", 1000)
		seed.Messages(t, s, quiet, message.Broadcast, "one.example", 3)
		seed.Messages(t, s, loud, message.Transactional, "one.example", 5)
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		rows, err := claim(t, e, "one.example", 20)
		if err != nil {
			t.Fatal(err)
		}
		count := map[id.ID]map[message.Stream]int{loud.ID: {}, quiet.ID: {}}
		for _, d := range rows {
			count[d.AccountID][d.Stream]++
		}
		if count[loud.ID][message.Transactional] != 5 || count[quiet.ID][message.Broadcast] != 3 || count[loud.ID][message.Broadcast] == 0 {
			t.Errorf("claimed %v", count)
		}
		if rows[0].Stream != message.Transactional || rows[0].Fence != 1 || rows[0].LeaseOwner == "" {
			t.Errorf("first claimed: %+v", rows[0])
		}
		again, err := claim(t, e, "one.example", 2000)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range again {
			if slices.ContainsFunc(rows, func(r *message.Delivery) bool { return r.ID == d.ID }) {
				t.Fatal("claimed twice")
			}
		}
		if len(rows)+len(again) < 1008-1000+20 {
			t.Errorf("claimed %d and %d", len(rows), len(again))
		}
	})
}

// F-06: a worker whose lease was taken over writes nothing.
func TestF06LateWorkerWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 1)
		late, _ := newEngine(t, s, &scripted{}, t.TempDir())
		rows, err := claim(t, late, "one.example", 10)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		if err := late.queue.releaseOwner(t.Context(), late.queue.owner); err != nil { // as if the lease had run out
			t.Fatal(err)
		}
		other, _ := newEngine(t, s, &scripted{}, t.TempDir())
		if _, err := other.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
		lost, err := late.queue.commit(t.Context(), []result{{delivery: rows[0], outcome: Outcome{State: message.Bounced, Reason: "late"}}})
		if err != nil || lost != 1 {
			t.Errorf("lost = %d, %v", lost, err)
		}
		if got := states(t, s); got[message.Delivered] != 1 {
			t.Errorf("states %v", got)
		}
	})
}

// F-02 and F-12: what a kill leaves behind is counted to the unit and tried again.
func TestRecoverCountsWhatMayHaveArrived(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 10)
		dir := t.TempDir()
		dead, _ := newEngine(t, s, &scripted{}, dir)
		rows, err := claim(t, dead, "one.example", 5)
		if err != nil {
			t.Fatal(err)
		}
		committed := &message.Attempt{AccountID: a.ID, MessageID: rows[0].MessageID, ID: id.New(), StartedAt: s.Now(), Transcript: []message.Line{}}
		doubtful := id.New()
		for _, e := range []entry{
			{committed.ID, a.ID, rows[0].MessageID, []id.ID{rows[0].ID}},
			{doubtful, a.ID, rows[1].MessageID, []id.ID{rows[1].ID}},
		} {
			if err := dead.journal.begin(e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := dead.queue.commit(t.Context(), []result{{delivery: rows[0], outcome: Outcome{State: message.Delivered}, attempt: committed}}); err != nil {
			t.Fatal(err)
		}
		if err := dead.journal.file.Close(); err != nil { // the kill: the lock falls, the file stays
			t.Fatal(err)
		}

		tr := &scripted{}
		e, m := newEngine(t, s, tr, dir)
		if err := e.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		if m.ambiguous != 1 {
			t.Errorf("ambiguous = %d, want 1", m.ambiguous)
		}
		if _, err := e.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s); got[message.Delivered] != 10 || len(tr.received) != 9 {
			t.Errorf("states %v, tried %d", got, len(tr.received))
		}
		if rest, err := orphans(dir); err != nil || len(rest) != 0 {
			t.Errorf("orphans %v, %v", rest, err)
		}
	})
}

// F-34: accepted recipients are never repeated, deferred ones are retried alone.
func TestF34PartialResults(t *testing.T) {
	s := storetest.SQLite(t, nil)
	a := seed.NewAccount(t, s, "Alpha")
	n := seed.NewMessage(s, a, message.Transactional, "yes@one.example", "later@one.example", "never@one.example")
	if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
		t.Fatal(err)
	}
	tr := &scripted{answer: func(p *Parcel) Report {
		var r Report
		for _, d := range p.Recipients {
			switch d.Recipient {
			case "yes@one.example":
				r.Outcomes = append(r.Outcomes, Outcome{State: message.Delivered})
			case "later@one.example":
				r.Outcomes = append(r.Outcomes, Outcome{State: message.Deferred, Reply: "451 4.7.1 later"})
			default:
				r.Outcomes = append(r.Outcomes, Outcome{State: message.Bounced, Class: message.ClassRecipient, Suppress: true, Reply: "550 5.1.1 no"})
			}
		}
		return r
	}}
	e, _ := newEngine(t, s, tr, t.TempDir())
	for range 2 {
		if _, err := e.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
	}
	if len(tr.received) != 3 {
		t.Errorf("tried %v", tr.received)
	}
	if got := states(t, s); got[message.Delivered] != 1 || got[message.Deferred] != 1 || got[message.Bounced] != 1 {
		t.Errorf("states %v", got)
	}
	next := seed.NewMessage(s, a, message.Transactional, "NEVER@one.example")
	if err := message.Insert(t.Context(), s, []*message.New{next}); err != nil {
		t.Fatal(err)
	}
	if got := states(t, s); got[message.Suppressed] != 1 {
		t.Errorf("the address was not suppressed: %v", got)
	}
}

func TestSettle(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	deferral := Outcome{State: message.Deferred, Reason: "busy"}
	claim := func(attempts, ambiguous int, left time.Duration) *message.Delivery {
		return &message.Delivery{Attempts: attempts, Ambiguous: ambiguous, ExpiresAt: now.Add(left), DueAt: now}
	}
	tried := &message.Attempt{}
	doubt := deferral
	doubt.Ambiguous = true
	cases := []struct {
		name  string
		r     result
		state message.State
		min   time.Duration
		max   time.Duration
	}{
		{"first deferral waits five minutes", result{delivery: claim(0, 0, time.Hour), outcome: deferral, attempt: tried}, message.Deferred, 5 * time.Minute, 6 * time.Minute},
		{"the third waits about twenty", result{delivery: claim(2, 0, 24*time.Hour), outcome: deferral, attempt: tried}, message.Deferred, 16 * time.Minute, 24 * time.Minute},
		{"never more than six hours and a fifth", result{delivery: claim(50, 0, 24*time.Hour), outcome: deferral, attempt: tried}, message.Deferred, 288 * time.Minute, 432 * time.Minute},
		{"a last try at the end", result{delivery: claim(9, 0, time.Minute), outcome: deferral, attempt: tried}, message.Deferred, time.Minute, time.Minute},
		{"then it expires", result{delivery: claim(9, 0, 0), outcome: deferral, attempt: tried}, message.Expired, 0, 0},
		{"a first doubt is retried", result{delivery: claim(0, 0, time.Hour), outcome: doubt, attempt: tried}, message.Deferred, 5 * time.Minute, 6 * time.Minute},
		{"a second doubt is the last", result{delivery: claim(1, 1, time.Hour), outcome: doubt, attempt: tried}, message.Expired, 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := settle(c.r, now)
			wait := n.due.Sub(now)
			if n.state != c.state || !n.state.Final() && (wait < c.min || wait > c.max) {
				t.Errorf("state %s, due in %s", n.state, wait)
			}
			if n.attempts != c.r.delivery.Attempts+1 {
				t.Errorf("attempts %d", n.attempts)
			}
		})
	}
}

func TestUnreachableDestinationRests(t *testing.T) {
	s := storetest.SQLite(t, nil)
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Transactional, "dead.example", 300)
	tries := 0
	tr := &scripted{answer: func(p *Parcel) Report {
		tries++
		r := same(p, Outcome{State: message.Deferred, Class: message.ClassOurs, Reply: "connection refused"})
		r.Unreachable = true
		return r
	}}
	e, _ := newEngine(t, s, tr, t.TempDir())
	for range 3 {
		if _, err := e.Run(t.Context(), "dead.example"); err != nil {
			t.Fatal(err)
		}
	}
	if tries != 1 {
		t.Errorf("%d tries at a dead destination", tries)
	}
	if due, err := e.Due(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("due %v, %v", due, err)
	}
}

func TestJournalTornLineAndCompaction(t *testing.T) {
	dir := t.TempDir()
	j, err := openJournal(dir, "me")
	if err != nil {
		t.Fatal(err)
	}
	keep := entry{id.New(), id.New(), id.New(), []id.ID{id.New(), id.New()}}
	if err := j.begin(keep); err != nil {
		t.Fatal(err)
	}
	j.size = compactAt + 1
	gone := entry{id.New(), id.New(), id.New(), []id.ID{id.New()}}
	if err := errors.Join(j.begin(gone), j.end([]id.ID{gone.attempt})); err != nil {
		t.Fatal(err)
	}
	if j.size > 1000 {
		t.Errorf("not compacted: %d octets", j.size)
	}
	runtime.GC() // what the compaction left behind must not close the journal
	runtime.GC()
	if err := errors.Join(j.begin(gone), j.end([]id.ID{gone.attempt})); err != nil {
		t.Fatal("after the collector ran: ", err)
	}
	if held, err := orphans(dir); err != nil || len(held) != 0 {
		t.Fatalf("the journal of a living process is taken for an orphan: %v, %v", held, err)
	}
	if _, err := j.file.WriteString("B torn"); err != nil {
		t.Fatal(err)
	}
	if err := j.file.Close(); err != nil {
		t.Fatal(err)
	}
	found, err := orphans(dir)
	if err != nil || len(found) != 1 || len(found[0].entries) != 1 || !slices.Equal(found[0].entries[0].deliveries, keep.deliveries) {
		t.Fatalf("orphans %+v, %v", found, err)
	}
}

func testLog(t *testing.T) *slog.Logger { return slog.New(slog.NewTextHandler(testWriter{t}, nil)) }

// testWriter sends the engine's log to the test's.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Log(string(b))
	return len(b), nil
}
