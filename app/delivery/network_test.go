package delivery

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// internet is a DNS and exchangers on loopback addresses, all at one port.
type internet struct {
	*Network
	dns     *fakedns.Server
	servers map[string]*fakemx.Server
}

// newInternet starts one server per address; the zone names them.
func newInternet(t *testing.T, zone string, servers map[string]fakemx.Options) *internet {
	t.Helper()
	in := &internet{dns: fakedns.New(t, zone), servers: map[string]*fakemx.Server{}}
	r, err := resolver.New(resolver.Options{Server: in.dns.Addr(), Timeout: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	port := 0
	for addr, o := range servers {
		o.Addr = withPort(addr, port)
		s := fakemx.New(t, o)
		in.servers[addr] = s
		port = int(netip.MustParseAddrPort(s.Addr()).Port())
	}
	in.Network = &Network{
		Router: &mx.Router{Resolver: r, Self: mx.Self{Names: []string{"us.example"}}}, Port: port,
		Dialer: smtpclient.Dialer{Name: "us.example", AllowPrivate: true, Timeouts: smtpclient.Timeouts{Connect: time.Second, Greeting: 5 * time.Second, Command: 5 * time.Second}},
	}
	t.Cleanup(in.Close)
	return in
}

func withPort(addr string, port int) string { return net.JoinHostPort(addr, strconv.Itoa(port)) }

// drain runs destinations until nothing is due, following what the engine wakes.
func drain(t *testing.T, s *store.Store, tr Transport, first string) {
	t.Helper()
	var mu sync.Mutex
	next := []string{first}
	e, _ := newEngine(t, s, tr, t.TempDir())
	e.wake = func(d string, _ bool) { mu.Lock(); next = append(next, d); mu.Unlock() }
	for n := 0; n < 20 && len(next) > 0; n++ {
		destination := next[0]
		next = next[1:]
		if _, err := e.Run(t.Context(), destination); err != nil {
			t.Fatal(err)
		}
	}
}

func destinations(t *testing.T, s *store.Store) map[string]int {
	t.Helper()
	counts := map[string]int{}
	err := s.SystemRead(t.Context(), "count destinations in a test", func(_ context.Context, tx *gorm.DB) error {
		var rows []message.Delivery
		if err := tx.Find(&rows).Error; err != nil {
			return err
		}
		for _, d := range rows {
			counts[d.Destination]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

// Domains with one provider become one destination, and share its connections.
func TestDomainsOfOneProviderGoTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		in := newInternet(t, `
one.example. MX 10 mx.hoster.example.
two.example. MX 10 mx.hoster.example.
mx.hoster.example. A 127.0.0.5
`, map[string]fakemx.Options{"127.0.0.5": {}})
		a := seed.NewAccount(t, s, "Alpha")
		seed.Messages(t, s, a, message.Transactional, "one.example", 4)
		seed.Messages(t, s, a, message.Transactional, "two.example", 4)
		drain(t, s, in, "one.example")
		routes := NewRoutes(s, clock.System, "", testLog(t))
		if got := routes.Destination(t.Context(), "one.example"); got != "via:hoster.example" {
			t.Errorf("a known domain goes to %q", got)
		}
		if got := routes.Destination(t.Context(), "new.example"); got != "new.example" {
			t.Errorf("a new domain goes to %q", got)
		}
		drain(t, s, in, "two.example")
		if got := destinations(t, s); got["via:hoster.example"] != 8 || len(got) != 1 {
			t.Errorf("destinations %v", got)
		}
		if got := states(t, s); got[message.Delivered] != 8 {
			t.Errorf("states %v", got)
		}
		if n := in.servers["127.0.0.5"].Connections(); n != 1 {
			t.Errorf("%d connections for two domains of one server", n)
		}
	})
}

// F-41: a domain that names us as its exchanger would send mail in a circle.
func TestMailDoesNotGoInACircle(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	in := newInternet(t, "loop.example. MX 10 us.example.\nus.example. A 127.0.0.5", map[string]fakemx.Options{"127.0.0.5": {}})
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Transactional, "loop.example", 1)
	drain(t, s, in, "loop.example")
	if got := states(t, s); got[message.Bounced] != 1 || in.servers["127.0.0.5"].Connections() != 0 {
		t.Errorf("states %v, %d connections", got, in.servers["127.0.0.5"].Connections())
	}
}

// One domain without a server does not hold up the others of its group.
func TestADeadDomainInAGroup(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	in := newInternet(t, `
good.example. MX 10 mx1.hoster.example.
dead.example. MX 10 mx2.hoster.example.
mx1.hoster.example. A 127.0.0.5
mx2.hoster.example. A 127.0.0.99
`, map[string]fakemx.Options{"127.0.0.5": {}})
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Transactional, "dead.example", 5)
	seed.Messages(t, s, a, message.Transactional, "good.example", 5)
	drain(t, s, in, "dead.example")
	drain(t, s, in, "good.example")
	if got := states(t, s); got[message.Delivered] != 5 || got[message.Deferred] != 5 {
		t.Errorf("states %v", got)
	}
}

// A server that says 421 gets fewer connections, and the reason is kept.
func TestALimitIsHeardAndKept(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	in := newInternet(t, "busy.example. MX 10 mx.busy.example.\nmx.busy.example. A 127.0.0.5", map[string]fakemx.Options{
		"127.0.0.5": {Script: fakemx.At(fakemx.Mail, fakemx.Action{Reply: "421 4.7.0 too fast, slow down", Close: true})},
	})
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Broadcast, "busy.example", 100)
	e, _ := newEngine(t, s, in, t.TempDir())
	for _, destination := range []string{"busy.example", "via:busy.example", "via:busy.example"} {
		if _, err := e.Run(t.Context(), destination); err != nil {
			t.Fatal(err)
		}
	}
	all, err := e.queue.standings(t.Context(), readStandings)
	if err != nil || len(all) != 1 || all[0].State == Open || all[0].Cause == "" || all[0].Until.IsZero() {
		t.Errorf("standings %+v, %v", all, err)
	}
	if n := in.servers["127.0.0.5"].Connections(); n > 8 {
		t.Errorf("%d connections to a server that limits us", n)
	}
	if got := states(t, s); got[message.Delivered] != 0 || got[message.Bounced] != 0 {
		t.Errorf("states %v", got)
	}
}

// A tarpit keeps neither its worker's slot nor the other destinations.
func TestATarpitGivesItsSlotBack(t *testing.T) {
	s := storetest.SQLite(t, nil)
	old := slotTime
	slotTime = 100 * time.Millisecond
	t.Cleanup(func() { slotTime = old })
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Transactional, "tarpit.example", 3)
	release := make(chan struct{})
	tr := &scripted{answer: func(p *Parcel) Report { <-release; return accepts(p) }}
	e, _ := newEngine(t, s, tr, t.TempDir())
	if more, err := e.Run(t.Context(), "tarpit.example"); more || err != nil {
		t.Fatal(more, err)
	}
	if got := states(t, s); got[message.Queued] != 3 {
		t.Errorf("Run returned after the tarpit: %v", got)
	}
	if more, err := e.Run(t.Context(), "tarpit.example"); more || err != nil {
		t.Error("a second run beside it:", more, err)
	}
	close(release)
	e.runs.Wait()
	if got := states(t, s); got[message.Delivered] != 3 {
		t.Errorf("what went on without a slot: %v", got)
	}
}

// What is overdue at a destination that rests ends, though nobody tries it any more.
func TestOverdueAtARestingDestinationEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		all := seed.Messages(t, s, a, message.Transactional, "dead.example", 5)
		err := s.SystemWrite(t.Context(), "age messages in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE deliveries SET expires_at = ? WHERE message_id <> ?", s.Now().Add(-time.Second), all[0].Message.ID).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		p, err := e.pace(t.Context(), "dead.example")
		if err != nil {
			t.Fatal(err)
		}
		p.unreachable(s.Now(), "no connection")
		if err := e.expireResting(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s); got[message.Expired] != 4 || got[message.Queued] != 1 {
			t.Errorf("states %v", got)
		}
	})
}
