package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// eachTimed runs the test on both engines with a clock that stands.
func eachTimed(t *testing.T, fn func(t *testing.T, s *store.Store, c *clock.Fake)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(noon)
			fn(t, open(t, c), c)
		})
	}
}

func setRate(t *testing.T, s *store.Store, a seed.Account, kind limit.RateKind, subject string, perMinute int) {
	t.Helper()
	if err := limit.NewRates(s).Set(t.Context(), a.Scope, kind, subject, perMinute); err != nil {
		t.Fatal(err)
	}
}

// byCredential gives the first n waiting deliveries of an account a credential.
func byCredential(t *testing.T, s *store.Store, a seed.Account, credential id.ID, n int) {
	t.Helper()
	exec(t, s, "UPDATE deliveries SET credential_id = ? WHERE account_id = ? AND delivery_id IN (SELECT delivery_id FROM deliveries WHERE account_id = ? AND credential_id = '' ORDER BY delivery_id LIMIT ?)",
		credential, a.ID, a.ID, n)
}

// F-54 for rates: eight workers together, at two destinations, never let go more than
// the account's rate; and what goes, goes evenly.
func TestF54WorkersKeepARateTogether(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Broadcast, "one.example", 150)
		seed.Messages(t, s, a, message.Transactional, "two.example", 150)
		setRate(t, s, a, limit.OfAccount, "", 20*60)
		var engines []*Engine
		for range 8 {
			e, _ := newEngine(t, s, &scripted{}, t.TempDir())
			engines = append(engines, e)
		}
		total := 0
		for step := 1; step <= 20; step++ {
			c.Advance(250 * time.Millisecond)
			var now atomic.Int64
			var wg sync.WaitGroup
			for i, e := range engines {
				wg.Go(func() {
					rows, err := claim(t, e, []string{"one.example", "two.example"}[i%2], 50)
					if err != nil {
						t.Error(err)
					}
					now.Add(int64(len(rows)))
				})
			}
			wg.Wait()
			if n := now.Load(); n < 5 || n > 6 {
				t.Errorf("quarter second %d: %d at 20 a second", step, n)
			}
			total += int(now.Load())
		}
		if total < 100 || total > 106 {
			t.Errorf("%d in five seconds at 20 a second", total)
		}
	})
}

// A credential's rate and a stream's hold back only what they are about.
func TestRatesOfCredentialAndStream(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		a, other := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		slow, quick := id.New(), id.New()
		seed.Messages(t, s, a, message.Transactional, "one.example", 40)
		byCredential(t, s, a, slow, 30) // the oldest: they stand before the others
		byCredential(t, s, a, quick, 5)
		seed.Messages(t, s, a, message.Broadcast, "one.example", 40)
		seed.Messages(t, s, other, message.Broadcast, "one.example", 40)
		setRate(t, s, a, limit.OfCredential, string(slow), 60)
		setRate(t, s, a, limit.OfStream, "broadcast", 120)
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		b, err := e.queue.claim(t.Context(), "one.example", 200, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, d := range b.rows {
			switch {
			case d.AccountID == other.ID:
				got["other"]++
			case d.Stream == message.Broadcast:
				got["broadcast"]++
			case d.CredentialID == slow:
				got["slow"]++
			default:
				got["free"]++
			}
		}
		if got["slow"] != 1 || got["broadcast"] != 1 || got["free"] != 10 || got["other"] != 40 {
			t.Errorf("claimed %v", got)
		}
		if left := b.next.Sub(c.Now()); left <= 0 || left > time.Second {
			t.Errorf("the next may go in %s", left)
		}
		c.Advance(time.Second)
		if rows, err := claim(t, e, "one.example", 200); err != nil || len(rows) != 2 {
			t.Errorf("a second later %d, %v", len(rows), err)
		}
		// The limit is taken away; workers see it within seconds.
		setRate(t, s, a, limit.OfCredential, string(slow), 0)
		c.Advance(rateTime)
		if rows, err := claim(t, e, "one.example", 10); err != nil || len(rows) != 10 {
			t.Errorf("without the limit %d, %v", len(rows), err)
		}
	})
}

// A run that is held back by a rate gives its slot back, and the destination is woken
// when more may go.
func TestARateIsWaitedForWithoutASlot(t *testing.T) {
	c := clock.NewFake(noon)
	s := storetest.SQLite(t, c)
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Broadcast, "one.example", 4)
	setRate(t, s, a, limit.OfAccount, "", 60)
	tr := &scripted{}
	e, _ := newEngine(t, s, tr, t.TempDir())
	woken := make(chan string, 1)
	e.wake = func(destination string, _ bool) { woken <- destination }
	for n := 1; n <= 3; n++ {
		if more, err := e.Run(t.Context(), "one.example"); more || err != nil || len(tr.received) != n {
			t.Fatalf("run %d: more %v, %v, %d tried", n, more, err, len(tr.received))
		}
		select {
		case d := <-woken:
			if d != "one.example" {
				t.Errorf("woken %s", d)
			}
		case <-time.After(time.Minute):
			t.Fatal("nobody wakes the destination")
		}
		c.Advance(time.Second)
		e.renewed.set()
	}
}

// The message page says which rate holds a delivery back, and until when.
func TestWaitsForARateInWords(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Broadcast, "one.example", 100)
		last := seed.Messages(t, s, a, message.Broadcast, "one.example", 1)[0].Deliveries[0]
		urgent := seed.Messages(t, s, a, message.Transactional, "one.example", 1)[0].Deliveries[0]
		board := NewBoard(s)
		expect := func(d message.Delivery, want string) {
			t.Helper()
			if got, err := board.Waits(t.Context(), d); got != want || err != nil {
				t.Errorf("%q, %v, want %q", got, err, want)
			}
		}
		expect(last, "")
		setRate(t, s, a, limit.OfAccount, "", 600)
		expect(last, "Your account's rate of 10 a second holds it back: it leaves about 12:00 UTC.")
		expect(urgent, "") // it goes before them
		setRate(t, s, a, limit.OfStream, "broadcast", 5)
		expect(last, "Your account's rate for broadcast mail of 5 a minute holds it back: it leaves about 12:20 UTC.")
		last.State = message.Delivered
		expect(last, "")
		last.State, last.DueAt = message.Deferred, c.Now().Add(time.Hour)
		expect(last, "")
	})
}

// A rate is one account's: another cannot see or change it.
func TestRatesAreTheAccountsOwn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		setRate(t, s, a, limit.OfAccount, "", 60)
		setRate(t, s, a, limit.OfAccount, "", 90)
		setRate(t, s, b, limit.OfAccount, "", 0)
		mine, err := limit.NewRates(s).All(t.Context(), a.Scope)
		if err != nil || len(mine) != 1 || mine[0].PerMinute != 90 {
			t.Errorf("%+v, %v", mine, err)
		}
		if theirs, err := limit.NewRates(s).All(t.Context(), b.Scope); err != nil || len(theirs) != 0 {
			t.Errorf("%+v, %v", theirs, err)
		}
		var found string
		err = s.SystemRead(t.Context(), "look in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT account_id FROM sending_rates").Scan(&found).Error
		})
		if err != nil || found != string(a.ID) {
			t.Errorf("%s, %v", found, err)
		}
	})
}
