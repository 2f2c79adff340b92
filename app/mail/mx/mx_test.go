package mx_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakedns"
)

const zone = `
a.example.        A 192.0.2.1
a.example.        AAAA 2001:db8::1
b.example.        A 192.0.2.2
alias.example.    CNAME a.example.
implicit.example. A 192.0.2.3
nothing.example.  TXT "no address"
b2.example.       A 192.0.2.2
us.example.       A 192.0.2.50
other-name.example. A 192.0.2.99
two.example.      MX 20 b.example.
two.example.      MX 10 a.example.
null.example.     MX 0 .
toalias.example.  MX 10 alias.example.
toip.example.     MX 10 192.0.2.4.
dead.example.     MX 10 gone.example.
half.example.     MX 10 gone.example.
half.example.     MX 20 b.example.
shaky.example.    MX 10 broken.example.
shaky.example.    MX 20 gone.example.
odd.example.      MX 10 .
odd.example.      MX 20 a\032b.example.
odd.example.      MX 30 b.example.
weird.example.    MX 10 a\032b.example.
twice.example.    MX 10 a.example.
twice.example.    MX 20 a.example.
mixed.example.    MX 10 a.example.
mixed.example.    MX 20 us.example.
mixed.example.    MX 20 b.example.
mixed.example.    MX 30 b2.example.
hidden.example.   MX 10 other-name.example.
hidden.example.   MX 20 b.example.
ours.example.     MX 10 us.example.
`

func newResolver(t *testing.T, s *fakedns.Server) *resolver.Client {
	t.Helper()
	r, err := resolver.New(resolver.Options{Server: s.Addr(), Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func newRouter(t *testing.T) *mx.Router {
	t.Helper()
	s := fakedns.New(t, zone)
	s.Fail("broken.example", fakedns.ServFail)
	s.Fail("silent.example", fakedns.Silence)
	return &mx.Router{Resolver: newResolver(t, s), Self: mx.Self{Names: []string{"US.example."}, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.99")}}}
}

// show prints a route like "a.example=192.0.2.1,2001:db8::1 b.example=192.0.2.2".
func show(hosts []mx.Host) string {
	var words []string
	for _, h := range hosts {
		var addrs []string
		for _, a := range h.Addrs {
			addrs = append(addrs, a.String())
		}
		words = append(words, h.Name+"="+strings.Join(addrs, ","))
	}
	return strings.Join(words, " ")
}

// F-41: where mail may go, in order.
func TestF41Route(t *testing.T) {
	t.Parallel()
	r := newRouter(t)
	for domain, want := range map[string]string{
		"two.example":        "a.example=192.0.2.1,2001:db8::1 b.example=192.0.2.2",
		"implicit.example":   "implicit.example=192.0.2.3",
		"toalias.example":    "alias.example=192.0.2.1,2001:db8::1",
		"toip.example":       "192.0.2.4=192.0.2.4",
		"half.example":       "b.example=192.0.2.2",
		"odd.example":        "b.example=192.0.2.2",
		"twice.example":      "a.example=192.0.2.1,2001:db8::1",
		"mixed.example":      "a.example=192.0.2.1,2001:db8::1",
		"[192.0.2.7]":        "192.0.2.7=192.0.2.7",
		"[IPv6:2001:db8::1]": "2001:db8::1=2001:db8::1",
	} {
		hosts, err := r.Route(t.Context(), domain)
		if err != nil || show(hosts) != want {
			t.Errorf("%s: %s, %v; want %s", domain, show(hosts), err, want)
		}
	}
}

// F-41: what DNS denies is final with its code, what it could not say is temporary.
func TestF41Failures(t *testing.T) {
	t.Parallel()
	r := newRouter(t)
	for domain, want := range map[string]string{
		"null.example":    "556 5.1.10",
		"nowhere.example": "550 5.1.2",
		"nothing.example": "550 5.4.4",
		"dead.example":    "550 5.4.4",
		"weird.example":   "550 5.4.4",
		"ours.example":    "554 5.4.6",
		"hidden.example":  "554 5.4.6",
		"[192.0.2.7]]":    "550 5.1.2",
		"[fe80::1%eth0]":  "550 5.1.2",
		"broken.example":  "451 4.4.3",
		"silent.example":  "451 4.4.3",
		"shaky.example":   "451 4.4.3",
	} {
		var f *mx.Failure
		_, err := r.Route(t.Context(), domain)
		if !errors.As(err, &f) || !strings.HasPrefix(f.Error(), want+" ") || f.Temporary != (want[0] == '4') || f.Reason == "" {
			t.Errorf("%s: %v, want %s", domain, err, want)
		}
	}
}

// F-41: a domain with 500 exchangers makes us try the best twenty of them.
func TestF41ManyExchangers(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t)
	for i := range 500 {
		if err := s.Add(fmt.Sprintf("many.example. MX %d h%d.example.", i, i)); err != nil {
			t.Fatal(err)
		}
	}
	hosts, err := mx.Lookup(t.Context(), newResolver(t, s), "many.example")
	if err != nil || len(hosts) != 20 || hosts[0] != "h0.example" || hosts[19] != "h19.example" {
		t.Errorf("%v, %v", hosts, err)
	}
}

// Names come in order without a question for their addresses.
func TestLookup(t *testing.T) {
	t.Parallel()
	r := newRouter(t).Resolver
	for domain, want := range map[string][]string{"two.example": {"a.example", "b.example"}, "implicit.example": {"implicit.example"}, "[192.0.2.7]": {"192.0.2.7"}} {
		if hosts, err := mx.Lookup(t.Context(), r, domain); err != nil || !slices.Equal(hosts, want) {
			t.Errorf("%s: %v, %v", domain, hosts, err)
		}
	}
	var f *mx.Failure
	if _, err := mx.Lookup(t.Context(), r, "null.example"); !errors.As(err, &f) || f.Reply.Code != 556 {
		t.Errorf("null MX: %v", err)
	}
}

// Hosts of equal preference share the load.
func TestEqualPreferenceIsShuffled(t *testing.T) {
	t.Parallel()
	r := newResolver(t, fakedns.New(t, "x.example. MX 10 a.example.\nx.example. MX 10 b.example."))
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

func TestOwnAddresses(t *testing.T) {
	t.Parallel()
	addrs, err := mx.OwnAddresses()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if a.IsLoopback() || a.IsLinkLocalUnicast() {
			t.Errorf("%s says nothing about who we are", a)
		}
	}
}
