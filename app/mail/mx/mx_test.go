package mx_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakedns"
)

func TestLookup(t *testing.T) {
	s := fakedns.New(t, `
two.example. MX 20 b.example.
two.example. MX 10 a.example.
null.example. MX 0 .
implicit.example. A 192.0.2.1
`)
	s.Fail("broken.example", dns.RcodeServerFailure)
	r, err := resolver.New(resolver.Options{Server: s.Addr(), Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for domain, want := range map[string][]string{
		"two.example": {"a.example", "b.example"}, "implicit.example": {"implicit.example"}, "[192.0.2.7]": {"192.0.2.7"}, "[IPv6:2001:db8::1]": {"2001:db8::1"},
	} {
		if hosts, err := mx.Lookup(t.Context(), r, domain); err != nil || !slices.Equal(hosts, want) {
			t.Errorf("%s: %v, %v", domain, hosts, err)
		}
	}
	for domain, code := range map[string]int{"null.example": 556, "nowhere.example": 550, "broken.example": 451} {
		var f *mx.Failure
		if _, err := mx.Lookup(t.Context(), r, domain); !errors.As(err, &f) || f.Reply.Code != code {
			t.Errorf("%s: %v, want %d", domain, err, code)
		}
	}
}

// Hosts of equal preference share the load.
func TestEqualPreferenceIsShuffled(t *testing.T) {
	s := fakedns.New(t, "x.example. MX 10 a.example.\nx.example. MX 10 b.example.")
	r, err := resolver.New(resolver.Options{Server: s.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]int{}
	for range 100 {
		hosts, err := mx.Lookup(t.Context(), r, "x.example")
		if err != nil {
			t.Fatal(err)
		}
		first[hosts[0]]++
	}
	if first["a.example"] < 20 || first["b.example"] < 20 {
		t.Errorf("first hosts %v", first)
	}
}
