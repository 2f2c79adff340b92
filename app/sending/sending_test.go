package sending_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakedns"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const zone = `
1.2.0.192.in-addr.arpa. PTR out1.us.example.
out1.us.example. A 192.0.2.1
2.2.0.192.in-addr.arpa. PTR host-2.provider.example.
out2.us.example. A 192.0.2.2
3.2.0.192.in-addr.arpa. PTR out3.us.example.
out3.us.example. A 192.0.2.99
1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR out6.us.example.
out6.us.example. AAAA 2001:db8::1
`

func dns(t *testing.T, text string) (*fakedns.Server, *resolver.Client) {
	t.Helper()
	s := fakedns.New(t, text)
	r, err := resolver.New(resolver.Options{Server: s.Addr(), Timeout: 500 * time.Millisecond, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

func add(t *testing.T, p *sending.Pools, address, name, pool string, warming bool) {
	t.Helper()
	if err := p.Add(t.Context(), address, name, pool, warming); err != nil {
		t.Fatal(err)
	}
}

func timed(t *testing.T, fn func(t *testing.T, s *store.Store, c *clock.Fake)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(noon)
			fn(t, open(t, c), c)
		})
	}
}

// an address whose reverse name is wrong sends nothing, and readiness says why.
func TestR08ReverseNames(t *testing.T) {
	timed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		server, r := dns(t, zone)
		p := sending.New(s)
		if err := p.Ready(t.Context()); err != nil {
			t.Errorf("without any address: %v", err)
		}
		if a, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "x.example"}, 1); err != nil || a.Address != "" {
			t.Errorf("without any address: %+v, %v", a, err)
		}
		c.Advance(time.Minute)
		add(t, p, "192.0.2.1", "out1.us.example", "", false)
		add(t, p, "2001:db8::1", "out6.us.example", "v6", false)
		if _, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "x.example"}, 1); !errors.Is(err, sending.ErrNone) {
			t.Errorf("before the check: %v", err)
		}
		add(t, p, "192.0.2.2", "out2.us.example", "", false)
		add(t, p, "192.0.2.3", "out3.us.example", "", false)
		if err := p.Check(t.Context(), r, nil); err != nil {
			t.Fatal(err)
		}
		all, err := p.All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range all {
			want, says := sending.Good, ""
			switch a.Address {
			case "192.0.2.2":
				want, says = sending.Wrong, "it is host-2.provider.example"
			case "192.0.2.3":
				want, says = sending.Wrong, "out3.us.example must lead to 192.0.2.3"
			}
			if a.Verdict != want || !strings.Contains(a.Problem, says) || a.Usable() != (want == sending.Good) {
				t.Errorf("%+v", a)
			}
		}
		if err := p.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), "192.0.2.2") {
			t.Errorf("ready: %v", err)
		}
		c.Advance(time.Minute)
		for _, account := range []string{"a", "b", "c", "d", "e", "f"} {
			if a, err := p.Choose(t.Context(), sending.Use{Holder: account, Stream: "broadcast", Provider: "x.example"}, 1); err != nil || a.Address != "192.0.2.1" {
				t.Errorf("%s sends from %+v, %v", account, a, err)
			}
		}
		// DNS that does not answer decides nothing; DNS that says otherwise does.
		server.Close()
		if err := p.Check(t.Context(), r, nil); err == nil {
			t.Error("no error without DNS")
		}
		c.Advance(time.Minute)
		if a, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "x.example"}, 1); err != nil || a.Address != "192.0.2.1" {
			t.Errorf("without DNS: %+v, %v", a, err)
		}
		_, mended := dns(t, strings.ReplaceAll(zone, "host-2.provider.example", "out2.us.example")+"3.2.0.192.in-addr.arpa. PTR x.example.")
		if err := errors.Join(p.Check(t.Context(), mended, nil), p.Pause(t.Context(), "192.0.2.3", true), p.Ready(t.Context())); err != nil {
			t.Errorf("mended, and the other one taken out: %v", err)
		}
	})
}

// A listed address is out until it is listed no more. A blocklist that refuses to answer
// lists nobody.
func TestListedAddressesAreTakenOut(t *testing.T) {
	timed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		p := sending.New(s)
		add(t, p, "192.0.2.1", "out1.us.example", "", false)
		for _, step := range []struct {
			records string
			usable  bool
		}{
			{"", true},
			{"1.2.0.192.bl.example. A 127.0.0.2", false},
			{"1.2.0.192.bl.example. A 127.255.255.254", true},
			{"1.2.0.192.bl.example. A 203.0.113.1", true}, // a domain that was let go answers everything
		} {
			_, r := dns(t, zone+step.records)
			if err := p.Check(t.Context(), r, []string{"other.example", "bl.example"}); err != nil {
				t.Fatal(err)
			}
			c.Advance(time.Minute)
			_, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "x.example"}, 1)
			if ready := p.Ready(t.Context()); (err == nil) != step.usable || (ready == nil) != step.usable {
				t.Errorf("%q: %v, ready %v", step.records, err, ready)
			}
		}
	})
}

func checked(t *testing.T, s *store.Store, p *sending.Pools) {
	t.Helper()
	_, r := dns(t, zone+"2.2.0.192.in-addr.arpa. PTR out2.us.example.\n3.2.0.192.in-addr.arpa. PTR out3.us.example.\nout3.us.example. A 192.0.2.3\n")
	if err := p.Check(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
}

// A new address sends more on each day on which it sends: days without mail do not count.
// Each provider gets to know it by itself. Eight workers keep the allowance together.
func TestWarmUpCountsSendingDays(t *testing.T) {
	timed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		p := sending.New(s)
		add(t, p, "192.0.2.1", "out1.us.example", "", true)
		checked(t, s, p)
		day := func(provider string, wish int) int {
			t.Helper()
			var sent atomic.Int64
			var workers sync.WaitGroup
			for range 8 {
				one := sending.New(s)
				workers.Go(func() {
					for range wish / 10 / 8 {
						_, err := one.Choose(context.WithoutCancel(t.Context()), sending.Use{Holder: "a", Stream: "broadcast", Provider: provider}, 10)
						switch {
						case err == nil:
							sent.Add(10)
						case !errors.Is(err, sending.ErrUsedUp):
							t.Error(err)
						}
					}
				})
			}
			workers.Wait()
			return int(sent.Load())
		}
		if n := day("via:google", 320); n != 200 {
			t.Errorf("first day: %d", n)
		}
		if n := day("via:microsoft", 160); n != 100 {
			t.Errorf("first day at another: %d", n)
		}
		c.Advance(10 * 24 * time.Hour) // silence
		if n := day("via:google", 640); n != 500 {
			t.Errorf("second day of sending: %d", n)
		}
		if n := day("via:microsoft", 80); n != 80 {
			t.Errorf("second day at another: %d", n)
		}
		// What did not leave is given back.
		a, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "via:microsoft"}, 120)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.GiveBack(t.Context(), a, "via:microsoft", 120); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "via:microsoft"}, 120); err != nil {
			t.Errorf("after giving back: %v", err)
		}
		for range 9 {
			c.Advance(24 * time.Hour)
			if n := day("via:google", 80); n != 80 {
				t.Errorf("%d", n)
			}
		}
		if _, err := p.Choose(t.Context(), sending.Use{Holder: "a", Stream: "broadcast", Provider: "via:google"}, 10_000_000); err != nil {
			t.Errorf("a known address: %v", err)
		}
	})
}

// Rules, the most exact first; an account keeps to its address, and when the allowance of
// one is used up another of the pool goes on.
func TestPoolsByAccountAndStream(t *testing.T) {
	timed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		p := sending.New(s)
		add(t, p, "192.0.2.1", "out1.us.example", "", false)
		add(t, p, "192.0.2.2", "out2.us.example", "bulk", true)
		add(t, p, "192.0.2.3", "out3.us.example", "bulk", true)
		checked(t, s, p)
		for _, r := range []sending.Rule{{"", "broadcast", "bulk"}, {"vip", "", "default"}, {"vip", "broadcast", "nowhere"}, {"vip", "broadcast", "default"}} {
			if err := p.Route(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		from := func(holder, stream string) string {
			t.Helper()
			a, err := p.Choose(t.Context(), sending.Use{Holder: holder, Stream: stream, Provider: "x.example"}, 100)
			if err != nil {
				return err.Error()
			}
			return a.Address
		}
		if got := from("a", "transactional"); got != "192.0.2.1" {
			t.Error(got)
		}
		if got := from("vip", "broadcast"); got != "192.0.2.1" {
			t.Error(got)
		}
		first := from("a", "broadcast")
		if again := from("a", "broadcast"); again != first || first == "192.0.2.1" {
			t.Errorf("first %s, then %s", first, again)
		}
		if other := from("a", "broadcast"); other == first || other == "192.0.2.1" || len(other) > 12 {
			t.Errorf("first %s, when that is used up %s", first, other)
		}
		from("a", "broadcast")
		if got := from("a", "broadcast"); got != sending.ErrUsedUp.Error() {
			t.Errorf("when both are used up: %s", got)
		}
		if err := p.Remove(t.Context(), first); err != nil {
			t.Fatal(err)
		}
		if err := p.Pause(t.Context(), first, true); err == nil {
			t.Error("an address that is gone was paused")
		}
		if err := p.Add(t.Context(), "192.0.2.1", "x", "", false); err == nil {
			t.Error("added twice")
		}
		if err := p.Add(t.Context(), "not an address", "x", "", false); err == nil {
			t.Error("added what is none")
		}
	})
}
