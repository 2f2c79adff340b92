package resolver_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakedns"
)

func newClient(t *testing.T, addr string) *resolver.Client {
	t.Helper()
	c, err := resolver.New(resolver.Options{Server: addr, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// F-41: what DNS can say, told apart.
func TestF41Answers(t *testing.T) {
	s := fakedns.New(t, `
x.example. MX 10 mx1.x.example.
x.example. MX 5 MX2.x.example.
mx1.x.example. A 192.0.2.1
mx1.x.example. AAAA 2001:db8::1
alias.example. CNAME mx1.x.example.
loop.example. CNAME loop.example.
null.example. MX 0 .
long.example. TXT "`+strings.Repeat("a", 250)+`" "`+strings.Repeat("b", 250)+`"
big.example. TXT "`+strings.Repeat("c", 250)+`"
a.deep.example. A 192.0.2.9
`)
	for range 20 {
		if err := s.Add(`big.example. TXT "` + strings.Repeat("d", 250) + `"`); err != nil {
			t.Fatal(err)
		}
	}
	c, ctx := newClient(t, s.Addr()), t.Context()
	if mx, err := c.MX(ctx, "x.example"); err != nil || len(mx) != 2 || mx[1] != (resolver.MX{Host: "mx2.x.example", Preference: 5}) {
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
	if txt, err := c.TXT(ctx, "big.example"); err != nil || len(txt) != 21 {
		t.Errorf("truncated, then TCP: %d, %v", len(txt), err)
	}
	if target, err := c.CNAME(ctx, "alias.example"); err != nil || target != "mx1.x.example" {
		t.Errorf("CNAME %q, %v", target, err)
	}
	var none *resolver.NotFound
	if _, err := c.MX(ctx, "nowhere.example"); !errors.As(err, &none) || !none.NoDomain {
		t.Errorf("NXDOMAIN: %v", err)
	}
	for _, name := range []string{"mx1.x.example", "deep.example"} {
		if _, err := c.MX(ctx, name); !errors.As(err, &none) || none.NoDomain {
			t.Errorf("NODATA of %s: %v", name, err)
		}
	}
	if _, err := c.Addr(ctx, "loop.example"); !errors.As(err, &none) {
		t.Errorf("CNAME loop: %v", err)
	}
	for _, rcode := range []int{dns.RcodeServerFailure, dns.RcodeRefused, fakedns.Silence} {
		s.Fail("x2.example", rcode)
		if _, err := c.MX(ctx, "x2.example"); err == nil || errors.As(err, &none) {
			t.Errorf("rcode %d: %v, want a temporary error", rcode, err)
		}
	}
}

func TestCacheAndFresh(t *testing.T) {
	s := fakedns.New(t, `x.example. 300 TXT "old"`)
	c := newClient(t, s.Addr())
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
	if txt, err := c.Fresh().TXT(t.Context(), "x.example"); err != nil || txt[0] != "new" {
		t.Errorf("fresh: %v, %v", txt, err)
	}
}
