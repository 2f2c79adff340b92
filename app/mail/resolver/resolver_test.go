package resolver_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/clock"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakedns"
)

func newClient(t *testing.T, o resolver.Options) *resolver.Client {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 200 * time.Millisecond
	}
	c, err := resolver.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// F-41: what DNS can say, told apart.
func TestF41Answers(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `
x.example. MX 10 mx1.x.example.
x.example. MX 5 MX2.x.example.
x.example. NS NS1.x.example.
mx1.x.example. A 192.0.2.1
mx1.x.example. AAAA 2001:db8::1
alias.example. CNAME mx1.x.example.
loop.example. CNAME pool.example.
dead.example. CNAME nowhere.example.
null.example. MX 0 .
pool.example. CNAME loop.example.
long.example. TXT "`+strings.Repeat("a", 250)+`" "`+strings.Repeat("b", 250)+`"
quote.example. TXT "say \"hi\" \\ \000\195"
a.deep.example. A 192.0.2.9
1.2.0.192.in-addr.arpa. PTR mx1.x.example.
`)
	for range 20 {
		if err := s.Add(`big.example. TXT "` + strings.Repeat("d", 250) + `"`); err != nil {
			t.Fatal(err)
		}
	}
	c, ctx := newClient(t, resolver.Options{Server: s.Addr()}), t.Context()
	if mx, err := c.MX(ctx, "X.example."); err != nil || len(mx) != 2 || mx[1] != (resolver.MX{Host: "mx2.x.example", Preference: 5}) {
		t.Errorf("MX %v, %v", mx, err)
	}
	if a, err := c.Addr(ctx, "alias.example"); err != nil || len(a) != 2 || a[0].String() != "192.0.2.1" {
		t.Errorf("Addr %v, %v", a, err)
	}
	if mx, err := c.MX(ctx, "null.example"); err != nil || mx[0].Host != "." {
		t.Errorf("null MX %v, %v", mx, err)
	}
	if txt, err := c.TXT(ctx, "long.example"); err != nil || len(txt[0]) != 500 {
		t.Errorf("TXT %v, %v", txt, err)
	}
	if txt, err := c.TXT(ctx, "quote.example"); err != nil || txt[0] != `say "hi" \ \000\195` {
		t.Errorf("TXT %q, %v", txt, err)
	}
	if txt, err := c.TXT(ctx, "big.example"); err != nil || len(txt) != 20 {
		t.Errorf("truncated, then TCP: %d, %v", len(txt), err)
	}
	if target, err := c.CNAME(ctx, "alias.example"); err != nil || target != "mx1.x.example" {
		t.Errorf("CNAME %q, %v", target, err)
	}
	if ns, err := c.NS(ctx, "x.example"); err != nil || !slices.Equal(ns, []string{"ns1.x.example"}) {
		t.Errorf("NS %v, %v", ns, err)
	}
	if names, err := c.PTR(ctx, netip.MustParseAddr("::ffff:192.0.2.1")); err != nil || !slices.Equal(names, []string{"mx1.x.example"}) {
		t.Errorf("PTR %v, %v", names, err)
	}
	var none *resolver.NotFound
	for _, name := range []string{"nowhere.example", "dead.example", strings.Repeat("a", 64) + ".example"} {
		if _, err := c.MX(ctx, name); !errors.As(err, &none) || !none.NoDomain {
			t.Errorf("NXDOMAIN of %s: %v", name, err)
		}
	}
	for _, name := range []string{"mx1.x.example", "deep.example"} {
		if _, err := c.MX(ctx, name); !errors.As(err, &none) || none.NoDomain {
			t.Errorf("NODATA of %s: %v", name, err)
		}
	}
	if _, err := c.Addr(ctx, "deep.example"); !errors.As(err, &none) || none.NoDomain {
		t.Errorf("no address: %v", err)
	}
	if _, err := c.Addr(ctx, "loop.example"); err == nil || errors.As(err, &none) {
		t.Errorf("CNAME loop: %v, want a temporary error", err)
	}
}

// F-41: what goes wrong is temporary, never "there is none".
func TestF41Failures(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `x.example. TXT "true"`)
	for name, code := range map[string]int{
		"SERVFAIL": dns.RcodeServerFailure, "REFUSED": dns.RcodeRefused, "silence": fakedns.Silence, "wrong id": fakedns.WrongID,
	} {
		s.Fail("x.example", code)
		var none *resolver.NotFound
		if txt, err := newClient(t, resolver.Options{Server: s.Addr(), Timeout: 50 * time.Millisecond}).TXT(t.Context(), "x.example"); err == nil || errors.As(err, &none) {
			t.Errorf("%s: %v, %v; want a temporary error", name, txt, err)
		}
	}
	for name, code := range map[string]int{"TC bit": fakedns.Truncated, "forged answers before the true one": fakedns.Forged} {
		s.Fail("x.example", code)
		if txt, err := newClient(t, resolver.Options{Server: s.Addr()}).TXT(t.Context(), "x.example"); err != nil || !slices.Equal(txt, []string{"true"}) {
			t.Errorf("%s: %v, %v", name, txt, err)
		}
	}
}

// One family that does not answer does not hide the other; none must be certain.
func TestAddrOfOneFamily(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, "x.example. AAAA 2001:db8::1")
	c := newClient(t, resolver.Options{Server: s.Addr(), NoCache: true})
	if a, err := c.Addr(t.Context(), "x.example"); err != nil || len(a) != 1 {
		t.Errorf("%v, %v", a, err)
	}
	s.Fail("x.example", dns.RcodeServerFailure)
	var none *resolver.NotFound
	if _, err := c.Addr(t.Context(), "x.example"); err == nil || errors.As(err, &none) {
		t.Errorf("%v", err)
	}
}

// A dead server costs a delay, not the answer; a server without EDNS is spoken to without.
func TestServers(t *testing.T) {
	t.Parallel()
	addr := oldServer(t)
	c := newClient(t, resolver.Options{Server: addr})
	if txt, err := c.TXT(t.Context(), "x.example"); err != nil || txt[0] != "old" {
		t.Errorf("without EDNS: %v, %v", txt, err)
	}
	dead, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := newClient(t, resolver.Options{Server: dead.LocalAddr().String()}).TXT(t.Context(), "x.example"); err == nil {
		t.Error("a dead server answered")
	}
}

// oldServer answers FORMERR to whoever speaks EDNS.
func oldServer(t *testing.T) string {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		if q.IsEdns0() != nil {
			m.Rcode = dns.RcodeFormatError
		} else {
			m.Answer = []dns.RR{&dns.TXT{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeTXT, Class: dns.ClassINET}, Txt: []string{"old"}}}
		}
		_ = w.WriteMsg(m)
	})}
	started := make(chan struct{})
	s.NotifyStartedFunc = func() { close(started) }
	go func() { _ = s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() { _ = s.Shutdown() })
	return packets.LocalAddr().String()
}

// The AD bit counts only from a server that the settings vouch for.
func TestValidated(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, "signed.example. A 192.0.2.1\nplain.example. A 192.0.2.1")
	s.Secure("signed.example")
	for _, c := range []struct {
		name            string
		validates, want bool
	}{{"signed.example", true, true}, {"signed.example", false, false}, {"plain.example", true, false}} {
		r := newClient(t, resolver.Options{Server: s.Addr(), Validates: c.validates})
		if a, err := r.Ask(t.Context(), c.name, dns.TypeA); err != nil || a.Validated != c.want {
			t.Errorf("%s, validates %v: %v, %v", c.name, c.validates, a, err)
		}
		var none *resolver.NotFound
		if _, err := r.TXT(t.Context(), c.name); !errors.As(err, &none) || none.Validated != c.want {
			t.Errorf("%s, validates %v: %#v", c.name, c.validates, err)
		}
	}
}

// Answers live as long as their TTL says, a "no" as long as the zone says, at most a minute.
func TestCache(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `
x.example. 300 TXT "old"
x.example. 300 SOA ns.x.example. h.x.example. 1 2 3 4 20
y.example. 300 SOA ns.y.example. h.y.example. 1 2 3 4 86400
zero.example. 0 TXT "never kept"
alias.example. 5 CNAME x.example.
huge.example. 604800 TXT "a week"`)
	for _, c := range []struct {
		name   string
		lives  time.Duration
		failed bool
	}{
		{"x.example", 300 * time.Second, false},
		{"none.x.example", 20 * time.Second, true},
		{"none.y.example", time.Minute, true},
		{"none.example", time.Minute, true},
		{"zero.example", 0, false},
		{"alias.example", 5 * time.Second, false},
		{"huge.example", 15 * time.Minute, false},
	} {
		now := clock.NewFake(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		r := newClient(t, resolver.Options{Server: s.Addr(), Clock: now})
		asked := func() bool {
			before := len(s.Queries())
			if _, err := r.TXT(t.Context(), c.name); err != nil != c.failed {
				t.Fatalf("%s: %v", c.name, err)
			}
			return len(s.Queries()) > before
		}
		asked()
		if c.lives > 0 {
			if now.Advance(c.lives - 1); asked() {
				t.Errorf("%s was asked again before %s", c.name, c.lives)
			}
		}
		if now.Advance(1); !asked() {
			t.Errorf("%s was not asked again after %s", c.name, c.lives)
		}
	}
}

// Trouble is not kept: the next question may find the server well.
func TestFailuresAreNotCached(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `x.example. TXT "true"`)
	s.Fail("x.example", dns.RcodeServerFailure)
	c := newClient(t, resolver.Options{Server: s.Addr()})
	if _, err := c.TXT(t.Context(), "x.example"); err == nil {
		t.Error("SERVFAIL was no error")
	}
	s.Fail("x.example", dns.RcodeSuccess)
	if _, err := c.TXT(t.Context(), "x.example"); err != nil {
		t.Error(err)
	}
}

// Check now asks anew, and the others then see what it saw.
func TestFresh(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `x.example. 300 TXT "old"`)
	c := newClient(t, resolver.Options{Server: s.Addr()})
	for range 3 {
		if _, err := c.TXT(t.Context(), "x.example"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Queries()); n != 1 {
		t.Errorf("asked %d times", n)
	}
	if err := s.Set(`x.example. 300 TXT "new"`); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*resolver.Client{"fresh": c.Fresh(), "cached": c} {
		if name == "cached" {
			_, _ = c.Fresh().TXT(t.Context(), "x.example")
		}
		if txt, err := r.TXT(t.Context(), "x.example"); err != nil || txt[0] != "new" {
			t.Errorf("%s: %v, %v", name, txt, err)
		}
	}
}

// Many who ask the same at once make one question; who gives up does not spoil it.
func TestEqualQuestionsAreAskedOnce(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `x.example. TXT "true"`)
	s.Fail("x.example", fakedns.Silence)
	c := newClient(t, resolver.Options{Server: s.Addr(), Timeout: 500 * time.Millisecond})
	hasty, giveUp := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := c.TXT(hasty, "x.example"); !errors.Is(err, context.Canceled) {
			t.Errorf("the hasty one: %v", err)
		}
	})
	for range 8 {
		wg.Go(func() {
			if txt, err := c.TXT(t.Context(), "x.example"); err != nil || txt[0] != "true" {
				t.Errorf("%v, %v", txt, err)
			}
		})
	}
	for len(s.Queries()) == 0 { // the server has it and stays silent
		time.Sleep(time.Millisecond)
	}
	giveUp()
	s.Fail("x.example", dns.RcodeSuccess)
	wg.Wait()
	if n := len(s.Queries()); n > 3 {
		t.Errorf("asked %d times", n)
	}
}
