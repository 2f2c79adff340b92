package delivery

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
)

// warmedBy is how many workers share the allowances.
const warmedBy = 8

// A month of warm-up with eight workers on one database: at the far end no provider sees
// more of a new address on a day than it may, and when more waits it sees exactly that.
// Every third day a new address takes the place of the one before, so that allowances are
// used up to the end; days without mail do not count. Four days in `make test`, thirty in
// `make faults`.
func TestSimulatedMonthOfWarmUp(t *testing.T) {
	if testing.Short() {
		t.Skip("long: TestWarmUpCountsSendingDays watches the same under the race detector")
	}
	t.Parallel()
	days := 4
	if os.Getenv(services.EnvFaults) == "long" {
		days = monthDays
	}
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(monthBegin)
			newWarmUp(t, open(t, c), c).days(days)
		})
	}
}

// warmUp is a month of an installation with one pool, two providers and eight workers.
type warmUp struct {
	*month
	workers []*Engine
	sent    int // numbers recipients
}

func newWarmUp(t *testing.T, s *store.Store, c *clock.Fake) *warmUp {
	t.Helper()
	w := &warmUp{month: &month{t: t, clock: c, store: s, pools: sending.New(s), chance: rand.New(rand.NewPCG(8, 30)), providers: monthProviders()[:2]}}
	w.accounts = []seed.Account{seed.NewAccount(t, s, "ada"), seed.NewAccount(t, s, "bob")}
	for range warmedBy {
		// Each worker is a process of its own: it reads the pools for itself.
		tr := &simulated{c, map[string]*provider{}, &Network{Sources: sending.New(s), Clock: c}}
		for _, p := range w.providers {
			tr.providers[p.domain] = p
		}
		e, _ := newEngine(t, s, tr, t.TempDir())
		t.Cleanup(func() {
			e.Stop()
			if err := e.Close(t.Context()); err != nil {
				t.Log(err)
			}
		})
		w.workers = append(w.workers, e)
	}
	return w
}

// shown is what a provider sees of the address in use.
type shown struct {
	*provider
	before  int // days on which it saw the address
	waiting int
	full    int // days on which the allowance was used up
}

// days goes through so many days. The first provider is wanted more than it takes of a new
// address, the second mostly less.
func (w *warmUp) days(n int) {
	w.t.Helper()
	big, small := &shown{provider: w.providers[0]}, &shown{provider: w.providers[1]}
	var address string
	for day := range n {
		if day%3 == 0 {
			if address != "" {
				w.pause(address)
			}
			address, big.before, small.before = fmt.Sprintf("192.0.2.%d", 10+day), 0, 0
			w.address(address, sending.DefaultPool, true)
		}
		for range 2 { // in the morning and in the afternoon
			if day%7 != 5 { // then only what waits goes on
				w.offer(big, gentle[big.before]/2+w.chance.IntN(50))
				w.offer(small, w.chance.IntN(gentle[small.before]*3/5))
			}
			w.deliver()
			w.clock.Advance(8 * time.Hour)
		}
		w.look(big, address, day)
		w.look(small, address, day)
		w.clock.Advance(w.clock.Now().Truncate(24 * time.Hour).Add(26 * time.Hour).Sub(w.clock.Now()))
	}
	if big.full < n/2 {
		w.t.Errorf("an allowance was used up on %d of %d days", big.full, n)
	}
	l, err := message.Verify(w.t.Context(), w.store)
	if left := big.waiting + small.waiting; err != nil || !l.OK() || l.Ambiguous != 0 || w.waiting() != left {
		w.t.Errorf("ledger %+v, %v; %d wait, %d should", l, err, w.waiting(), left)
	}
}

// look compares what a provider saw of an address on a day with what it may.
func (w *warmUp) look(p *shown, address string, day int) {
	w.t.Helper()
	got, allowed := p.seen[address][w.clock.Now().Add(-8*time.Hour).Format(time.DateOnly)], gentle[p.before]
	if want := min(p.waiting, allowed); got != want {
		w.t.Errorf("day %d: %s saw %d of %s, %d were waiting and %d are allowed", day+1, p.domain, got, address, p.waiting, allowed)
	}
	if got == allowed {
		p.full++
	}
	if got > 0 {
		p.before++
	}
	p.waiting -= got
}

func (w *warmUp) pause(address string) {
	w.t.Helper()
	if err := w.pools.Pause(w.t.Context(), address, true); err != nil {
		w.t.Fatal(err)
	}
	w.clock.Advance(3 * time.Second) // workers read it again
}

// offer stores messages to a provider, of two accounts in turn.
func (w *warmUp) offer(p *shown, n int) {
	w.t.Helper()
	p.waiting += n
	var batch []*message.New
	for range n {
		w.sent++
		batch = append(batch, seed.NewMessage(w.store, w.accounts[w.sent%2], message.Broadcast, fmt.Sprintf("reader%d@%s", w.sent, p.domain)))
	}
	for len(batch) > 0 {
		k := min(len(batch), 500)
		if err := message.Insert(w.t.Context(), w.store, batch[:k]); err != nil {
			w.t.Fatal(err)
		}
		batch = batch[k:]
	}
}

// deliver lets all workers take what is due, at once, until nothing is.
func (w *warmUp) deliver() {
	w.t.Helper()
	for range 1000 {
		var runs sync.WaitGroup
		due := 0
		for name := range dueNames(w.t, w.workers[0]) {
			due++
			for _, e := range w.workers {
				runs.Go(func() {
					for more := true; more; {
						var err error
						if more, err = e.Run(w.t.Context(), name); err != nil {
							w.t.Error(err)
							return
						}
					}
				})
			}
		}
		runs.Wait()
		if due == 0 {
			return
		}
		w.clock.Advance(250 * time.Millisecond)
	}
	w.t.Error("something is due for ever")
}
