package delivery

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// faultBegin is when the clocks of fault tests begin.
var faultBegin = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC) // the night after brings summer time to Europe

// all returns every delivery.
func all(t *testing.T, s *store.Store) (rows []message.Delivery) {
	t.Helper()
	err := s.SystemRead(t.Context(), "look at deliveries in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("delivery_id").Find(&rows).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// untilFinal runs the engine and lets time pass to the next due moment, again and again,
// until every delivery is final. It returns when each round was.
func untilFinal(t *testing.T, s *store.Store, e *Engine, c *clock.Fake, rounds int) (at []time.Time) {
	t.Helper()
	for range rounds {
		at = append(at, c.Now())
		for _, name := range slices.Sorted(dueNames(t, e)) {
			if _, err := e.Run(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.expireResting(t.Context()); err != nil {
			t.Fatal(err)
		}
		var next time.Time
		for _, d := range all(t, s) {
			if !d.State.Final() && (next.IsZero() || d.DueAt.Before(next)) {
				next = d.DueAt
			}
		}
		if next.IsZero() {
			return at
		}
		c.Advance(max(next.Sub(c.Now()), time.Second))
	}
	t.Fatalf("not final after %d rounds: %v", rounds, states(t, s))
	return nil
}

func dueNames(t *testing.T, e *Engine) func(func(string) bool) {
	t.Helper()
	due, err := e.Due(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		for _, d := range due {
			if !yield(d.Name) {
				return
			}
		}
	}
}

const oneZone = "one.example. MX 10 mx.one.example.\nmx.one.example. A 127.0.0.5"

// F-11: a wake-up whose transaction was rolled back finds nothing and does nothing.
func TestF11WakeWithoutRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		tr := &scripted{}
		e, _ := newEngine(t, s, tr, t.TempDir())
		if more, err := e.Run(t.Context(), "one.example"); more || err != nil || len(tr.received) != 0 {
			t.Errorf("more %v, %v, tried %v", more, err, tr.received)
		}
	})
}

// F-12: the server takes the message and the connection dies before its answer. It is
// tried once more after five minutes, at the same server, as the same message; then no more.
func TestF12DropAfterTheDot(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"once": false, "for ever": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(faultBegin)
			s := storetest.SQLite(t, c)
			script := fakemx.At(fakemx.Dot, fakemx.Action{Drop: true, Record: true})
			if !again {
				script = fakemx.Once(script)
			}
			in := newInternet(t, oneZone, map[string]fakemx.Options{"127.0.0.5": {Script: script}})
			seed.Messages(t, s, seed.NewAccount(t, s, "Alpha"), message.Transactional, "one.example", 1)
			e, _ := newEngine(t, s, in, t.TempDir())
			at := untilFinal(t, s, e, c, 10)
			copies := in.servers["127.0.0.5"].Messages()
			if len(copies) != 2 || copies[0].Content != copies[1].Content || !strings.Contains(copies[0].Content, "Message-ID:") {
				t.Errorf("%d copies: %+v", len(copies), copies)
			}
			d := all(t, s)[0]
			want, doubts := message.Delivered, 1
			if again {
				want, doubts = message.Expired, 2
			}
			if d.State != want || d.Ambiguous != doubts || at[len(at)-1].Sub(at[0]) < 5*time.Minute {
				t.Errorf("%s with %d doubts after %s", d.State, d.Ambiguous, at[len(at)-1].Sub(at[0]))
			}
			if n := countEvents(t, s, message.EventMaybeDelivered); n != doubts {
				t.Errorf("%d events say that it may be delivered", n)
			}
		})
	}
}

func countEvents(t *testing.T, s *store.Store, kind message.EventKind) (n int) {
	t.Helper()
	err := s.SystemRead(t.Context(), "count events in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM events WHERE kind = ?", kind).Scan(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// F-25: the clock jumps. An hour either way changes next to nothing; five days expire
// only what is five days old.
func TestF25ClockJumps(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"an hour on": time.Hour, "an hour back": -time.Hour, "a leap second": time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(faultBegin)
			s := storetest.SQLite(t, c)
			a := seed.NewAccount(t, s, "Alpha")
			seed.Messages(t, s, a, message.Broadcast, "one.example", 200)
			tr := &scripted{answer: func(p *Parcel) Report { return same(p, Outcome{State: message.Deferred, Reply: "451 4.3.0 later"}) }}
			e, _ := newEngine(t, s, tr, t.TempDir())
			if _, err := e.Run(t.Context(), "one.example"); err != nil {
				t.Fatal(err)
			}
			c.Advance(jump)
			seed.Messages(t, s, a, message.Transactional, "two.example", 10)
			tr.answer = accepts
			for name := range dueNames(t, e) {
				if _, err := e.Run(t.Context(), name); err != nil {
					t.Fatal(err)
				}
			}
			if err := e.expireResting(t.Context()); err != nil {
				t.Fatal(err)
			}
			got := states(t, s)
			if got[message.Expired] != 0 || got[message.Bounced] != 0 || got[message.Deferred]+got[message.Delivered] != 210 {
				t.Errorf("states %v", got)
			}
			if n := got[message.Delivered]; n < 10 {
				t.Errorf("new mail waits: %d delivered", n)
			}
		})
	}
}

// F-32: a server that defers for ever: given up after five days with one final event,
// and no more than thirty attempts.
func TestF32DeferredForEver(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(faultBegin)
	s := storetest.SQLite(t, c)
	in := newInternet(t, oneZone, map[string]fakemx.Options{"127.0.0.5": {Script: fakemx.At(fakemx.Rcpt, fakemx.Action{Reply: "450 4.2.1 the mailbox is busy"})}})
	seed.Messages(t, s, seed.NewAccount(t, s, "Alpha"), message.Transactional, "one.example", 1)
	e, _ := newEngine(t, s, in, t.TempDir())
	at := untilFinal(t, s, e, c, 200)
	d := all(t, s)[0]
	after := at[len(at)-1].Sub(faultBegin)
	if d.State != message.Expired || d.Attempts > 30 || after < 5*24*time.Hour || after > 5*24*time.Hour+time.Hour || countEvents(t, s, message.EventKind(message.Expired)) != 1 {
		t.Errorf("%s after %s and %d attempts: %s", d.State, after, d.Attempts, d.Reason)
	}
}

// F-33: in a message to fifty, each refusal is one bounce and one suppression, and the
// others get it once.
func TestF33RefusalsOfSome(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	in := newInternet(t, oneZone, map[string]fakemx.Options{"127.0.0.5": {Script: func(p fakemx.Phase, arg string) fakemx.Action {
		if p == fakemx.Rcpt && strings.Contains(arg, "gone") {
			return fakemx.Action{Reply: "550 5.1.1 no such user"}
		}
		return fakemx.Action{}
	}}})
	var to []string
	for i := range 50 {
		to = append(to, fmt.Sprintf("%s%d@one.example", []string{"here", "gone"}[i%2], i))
	}
	if err := message.Insert(t.Context(), s, []*message.New{seed.NewMessage(s, seed.NewAccount(t, s, "Alpha"), message.Transactional, to...)}); err != nil {
		t.Fatal(err)
	}
	drain(t, s, in, "one.example")
	got, suppressed := states(t, s), 0
	err := s.SystemRead(t.Context(), "count suppressions in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM suppressions").Scan(&suppressed).Error
	})
	if err != nil || got[message.Delivered] != 25 || got[message.Bounced] != 25 || suppressed != 25 {
		t.Errorf("states %v, %d suppressed, %v", got, suppressed, err)
	}
	arrived := map[string]int{}
	for _, m := range in.servers["127.0.0.5"].Messages() {
		for _, r := range m.Recipients {
			arrived[r]++
		}
	}
	if len(arrived) != 25 || slices.Max(slices.Collect(maps.Values(arrived))) != 1 {
		t.Errorf("arrived %v", arrived)
	}
}
