package delivery

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// However many workers want however much: together they never have more than there is, in
// the end all have an even part of it, and nobody waits while some is left.
func TestGrantsAddUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ most, workers, wants, least int }{{20, 1, 20, 20}, {20, 2, 20, 10}, {20, 3, 20, 6}, {2, 1, 2, 2}, {2, 2, 2, 1}, {2, 5, 2, 0}, {1, 3, 1, 0}, {8, 3, 1, 1}} {
		rows := make([]holding, c.workers)
		for i := range rows {
			rows[i] = holding{Worker: string(rune('a' + i)), Wants: c.wants}
		}
		rows[0].Connections = min(c.most, c.wants) // the first has had it all
		for range 4 {
			for i, me := range rows {
				var others []holding
				for j, o := range rows {
					if j != i {
						others = append(others, o)
					}
				}
				rows[i].Connections = grant(c.most, me, others)
				sum := 0
				for _, r := range rows {
					sum += r.Connections
				}
				if sum > c.most {
					t.Fatalf("%+v: %+v", c, rows)
				}
			}
		}
		sum := 0
		for _, r := range rows {
			sum += r.Connections
			if r.Connections < c.least {
				t.Errorf("%+v: %+v", c, rows)
			}
		}
		if want := min(c.most-c.most%c.workers, c.workers*c.wants); sum < want && c.workers <= c.most || sum < c.most && c.workers > c.most {
			t.Errorf("%+v: only %d are used: %+v", c, sum, rows)
		}
	}
}

// sharing is an engine of several on one database, in step with the others until the test ends.
func sharing(t *testing.T, s *store.Store, tr Transport) *Engine {
	t.Helper()
	e, _ := newEngine(t, s, tr, t.TempDir())
	e.shares.alone = false
	ctx, stop := context.WithCancel(t.Context())
	var loop sync.WaitGroup
	loop.Go(func() { e.KeepInStep(ctx) })
	t.Cleanup(func() { stop(); loop.Wait() })
	return e
}

// Two workers on one database stay together within what a provider takes, as the provider
// counts it, and both get their part of it.
func TestWorkersShareAProvidersConnections(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const messages, most = 400, 3
		in := newInternet(t, "one.example. MX 10 mx1.hoster.example.\ntwo.example. MX 10 mx2.hoster.example.\nmx1.hoster.example. A 127.0.0.5\nmx2.hoster.example. A 127.0.0.5",
			map[string]fakemx.Options{"127.0.0.5": {Script: fakemx.At(fakemx.Dot, fakemx.Action{Delay: 10 * time.Millisecond})}})
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Broadcast, "one.example", messages/2)
		seed.Messages(t, s, a, message.Broadcast, "two.example", messages/2)
		exec(t, s, "UPDATE deliveries SET destination = 'via:hoster.example'")
		if err := NewLimitBook(s).Set(t.Context(), Limits{Destination: "via:hoster.example", Connections: most}); err != nil {
			t.Fatal(err)
		}
		var did [2]atomic.Int64
		var workers sync.WaitGroup
		for i := range did {
			tr := &counting{Transport: &Network{Router: in.Router, Port: in.Port, Dialer: in.Dialer}, sent: &did[i]}
			e := sharing(t, s, tr)
			t.Cleanup(tr.Close)
			workers.Go(func() {
				for end := time.Now().Add(time.Minute); time.Now().Before(end) && states(t, s)[message.Delivered] < messages; time.Sleep(10 * time.Millisecond) {
					if _, err := e.Run(t.Context(), "via:hoster.example"); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		workers.Wait()
		server := in.servers["127.0.0.5"]
		if got := states(t, s); got[message.Delivered] != messages || len(server.Messages()) != messages {
			t.Errorf("states %v, %d at the server", got, len(server.Messages()))
		}
		if n := server.MostOpen(); n > most || n < 2 {
			t.Errorf("%d connections at once, %d are allowed", n, most)
		}
		if did[0].Load() < messages/10 || did[1].Load() < messages/10 {
			t.Errorf("one sent %d, the other %d", did[0].Load(), did[1].Load())
		}
	})
}

// counting counts the attempts of a transport.
type counting struct {
	Transport
	sent *atomic.Int64
}

func (c *counting) Courier(destination string, p Profile, most func() int) Courier {
	return &countingCourier{c.Transport.Courier(destination, p, most), c.sent}
}

type countingCourier struct {
	Courier
	sent *atomic.Int64
}

func (c *countingCourier) Deliver(ctx context.Context, p *Parcel) Report {
	c.sent.Add(1)
	return c.Courier.Deliver(ctx, p)
}

// A worker that is killed keeps its part for half a minute: until then a server may
// count its connections. Then the others have it.
func TestTheShareOfADeadWorkerRunsOut(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 5)
		ask := func(e *Engine) int {
			t.Helper()
			n, err := e.askShare(t.Context(), "one.example", 8, 8)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		killed, _ := newEngine(t, s, &scripted{width: 8}, t.TempDir())
		tr := &scripted{width: 8}
		other, _ := newEngine(t, s, tr, t.TempDir())
		killed.shares.alone, other.shares.alone = false, false
		if n := ask(killed); n != 8 {
			t.Fatalf("the first gets %d", n)
		}
		if _, err := other.Run(t.Context(), "one.example"); err != nil || len(tr.received) != 0 {
			t.Errorf("sent %d beside a worker that has all, %v", len(tr.received), err)
		}
		c.Advance(shareTime + time.Second)
		if n := ask(other); n != 8 {
			t.Errorf("half a minute later the other one gets %d", n)
		}
		if _, err := other.Run(t.Context(), "one.example"); err != nil || len(tr.received) != 5 {
			t.Errorf("sent %d, %v", len(tr.received), err)
		}
		if err := other.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		third, _ := newEngine(t, s, &scripted{width: 8}, t.TempDir())
		if n := ask(third); n != 8 {
			t.Errorf("beside one that closed, %d", n)
		}
	})
}

// What one worker hears from a server, the others mind within seconds, and so with what
// the operator sets; when all is well again all of them know.
func TestWorkersHearOfALimit(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		tr := &scripted{width: 8}
		first, _ := newEngine(t, s, tr, t.TempDir())
		second, _ := newEngine(t, s, tr, t.TempDir())
		first.shares.alone, second.shares.alone = false, false
		of := func(e *Engine) *pace {
			t.Helper()
			p, err := e.pace(t.Context(), "one.example")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		learn := func() {
			t.Helper()
			if _, err := second.learn(t.Context(), c.Now().Add(-stepTime)); err != nil {
				t.Fatal(err)
			}
		}
		of(second)
		of(first).throttled(c.Now(), "421 4.7.28 slow down")
		first.savePace(t.Context(), of(first))
		learn()
		expect(t, of(second), c.Now(), Limited, 0)
		c.Advance(firstPause)
		expect(t, of(second), c.Now(), Limited, 4)
		// The second hears worse; the first one's older word does not undo that.
		of(second).throttled(c.Now(), "421 4.7.28 slow down")
		learn()
		expect(t, of(second), c.Now().Add(2*firstPause), Limited, 2)
		c.Advance(time.Hour)
		expect(t, of(first), c.Now(), Open, 8)
		first.savePace(t.Context(), of(first))
		if err := NewLimitBook(s).Set(t.Context(), Limits{Destination: "one.example", Connections: 2, PerMinute: 60}); err != nil {
			t.Fatal(err)
		}
		learn()
		expect(t, of(second), c.Now(), Open, 2)
		if n := of(second).perMinute(); n != 60 {
			t.Errorf("%d a minute", n)
		}
		if err := NewLimitBook(s).Set(t.Context(), Limits{Destination: "one.example"}); err != nil {
			t.Fatal(err)
		}
		learn()
		if got := of(second).treatment(); got != tr.Profile("") {
			t.Errorf("without limits of the operator: %+v", got)
		}
	})
}

// A provider's rate holds for all workers together, and lets the urgent go first.
func TestWorkersKeepAProvidersRateTogether(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		loud, quiet := seed.NewAccount(t, s, "Loud"), seed.NewAccount(t, s, "Quiet")
		seed.Messages(t, s, loud, message.Broadcast, "one.example", 150)
		seed.Messages(t, s, quiet, message.Transactional, "one.example", 10)
		var engines []*Engine
		for range 8 {
			e, _ := newEngine(t, s, &scripted{}, t.TempDir())
			engines = append(engines, e)
		}
		total := 0
		for step := 1; step <= 20; step++ {
			c.Advance(250 * time.Millisecond)
			var now, urgent atomic.Int64
			var wg sync.WaitGroup
			for _, e := range engines {
				wg.Go(func() {
					b, err := e.queue.claim(t.Context(), "one.example", 50, 20*60)
					if err != nil {
						t.Error(err)
					}
					if len(b.rows) == 0 && (b.next.Before(c.Now()) || b.next.After(c.Now().Add(time.Second))) {
						t.Errorf("to come back %s", b.next.Sub(c.Now()))
					}
					for _, d := range b.rows {
						if d.Stream == message.Transactional {
							urgent.Add(1)
						}
					}
					now.Add(int64(len(b.rows)))
				})
			}
			wg.Wait()
			if n := now.Load(); step > 1 && n < 5 || n < 1 || n > 6 || step < 3 && urgent.Load() != n {
				t.Errorf("quarter second %d: %d at 20 a second, %d of them urgent", step, n, urgent.Load())
			}
			total += int(now.Load())
		}
		if total < 96 || total > 106 {
			t.Errorf("%d in five seconds at 20 a second", total)
		}
	})
}

// A run keeps to the rate of its destination and comes back for the rest; while the
// destination limits us, the rate is lower.
func TestARunKeepsTheRate(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Broadcast, "one.example", 100)
		if err := NewLimitBook(s).Set(t.Context(), Limits{Destination: "one.example", PerMinute: 20 * 60}); err != nil {
			t.Fatal(err)
		}
		tr := &scripted{width: 8}
		e, _ := newEngine(t, s, tr, t.TempDir())
		for step := 1; step <= 8; step++ {
			c.Advance(250 * time.Millisecond)
			if _, err := e.Run(t.Context(), "one.example"); err != nil {
				t.Fatal(err)
			}
			if n := len(tr.received); n < 5*step-4 || n > 5*step+1 {
				t.Errorf("after %d quarters of a second: %d", step, n)
			}
		}
		p, err := e.pace(t.Context(), "one.example")
		if err != nil {
			t.Fatal(err)
		}
		p.throttled(c.Now(), "421 slow down")
		if n := p.perMinute(); n != 10*60 {
			t.Errorf("while limited: %d a minute", n)
		}
	})
}

// Every well-known provider that has a profile has a name, begins below its ceiling, and
// has a rate that its connections could reach.
func TestDefaultProfiles(t *testing.T) {
	t.Parallel()
	for _, big := range []string{"google", "microsoft", "yahoo", "apple", "gmx", "ionos", "t-online", "orange", "laposte", "free", "comcast"} {
		if profiles[via+big].PerMinute == 0 {
			t.Errorf("%s has no rate", big)
		}
	}
	for destination, p := range profiles {
		if p.Start < 1 || p.Start > p.Connections || p.PerConnection < 1 || DestinationName(destination) == destination[len(via):] {
			t.Errorf("%s: %+v", destination, p)
		}
		if perConnection := float64(p.PerMinute) / 60 / float64(p.Connections); perConnection > 10 {
			t.Errorf("%s: %.1f messages a second over a connection", destination, perConnection)
		}
	}
}
