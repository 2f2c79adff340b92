package resolver_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakedns"
)

const provable = `
signed.example. MX 10 mx.signed.example.
alias.signed.example. CNAME mx.signed.example.
out.signed.example. CNAME mx.plain.example.
mx.signed.example. A 192.0.2.1
mx.signed.example. AAAA 2001:db8::1
six.signed.example. AAAA 2001:db8::1
plain.example. MX 10 mx.plain.example.
mx.plain.example. A 192.0.2.2
`

// RFC 7672 §2.1: what DNSSEC proves, of answers, of aliases and of a "no".
func TestProof(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, provable)
	s.Secure("signed.example")
	s.Fail("broken.example", fakedns.ServFail)
	r := newClient(t, resolver.Options{Server: s.Addr(), Validates: true})
	trusting := newClient(t, resolver.Options{Server: s.Addr()})
	ways := map[string]func(*resolver.Client, context.Context, string) (resolver.Proof, error){
		"MX": (*resolver.Client).ProveMX, "A": (*resolver.Client).ProveAddr, "CNAME": (*resolver.Client).ProveAlias,
	}
	for _, c := range []struct {
		what, name string
		want       resolver.Proof
	}{
		{"MX", "Signed.example.", resolver.Proof{Name: "signed.example", Secure: true}},
		{"MX", "mx.signed.example", resolver.Proof{Name: "mx.signed.example", Secure: true}}, // proven to be its own
		{"MX", "none.signed.example", resolver.Proof{Name: "none.signed.example", Secure: true}},
		{"MX", "plain.example", resolver.Proof{Name: "plain.example"}},
		{"A", "mx.signed.example", resolver.Proof{Name: "mx.signed.example", Secure: true}},
		{"A", "six.signed.example", resolver.Proof{Name: "six.signed.example", Secure: true}},
		{"A", "alias.signed.example", resolver.Proof{Name: "mx.signed.example", Secure: true}},
		{"A", "out.signed.example", resolver.Proof{Name: "mx.plain.example"}},
		{"A", "none.signed.example", resolver.Proof{Name: "none.signed.example", Secure: true}},
		{"CNAME", "out.signed.example", resolver.Proof{Name: "out.signed.example", Secure: true}},
		{"CNAME", "mx.plain.example", resolver.Proof{Name: "mx.plain.example"}},
	} {
		prove := ways[c.what]
		if got, err := prove(r, t.Context(), c.name); err != nil || got != c.want {
			t.Errorf("%s %s: %v, %v", c.what, c.name, got, err)
		}
		before := len(s.Queries())
		if got, err := prove(trusting, t.Context(), c.name); err != nil || got.Secure || len(s.Queries()) != before {
			t.Errorf("%s %s without a validating resolver: %v, %v", c.what, c.name, got, err)
		}
		if got, err := prove(r, t.Context(), "broken.example"); err == nil {
			t.Errorf("%s SERVFAIL: %v", c.what, got)
		}
	}
}

func TestTLSA(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `
_25._tcp.mx.signed.example. TLSA 3 1 1 `+strings.Repeat("ab", 32)+`
_25._tcp.mx.signed.example. TLSA 2 0 2 `+strings.Repeat("CD", 64)+`
_25._tcp.alias.signed.example. CNAME _25._tcp.mx.signed.example.
_25._tcp.mx.plain.example. TLSA 3 1 1 `+strings.Repeat("ab", 32))
	s.Secure("signed.example")
	s.Fail("_25._tcp.broken.example", fakedns.ServFail)
	s.Fail("_25._tcp.silent.example", fakedns.Silence)
	r := newClient(t, resolver.Options{Server: s.Addr(), Validates: true})
	for name, want := range map[string]struct {
		count  int
		secure bool
		err    bool
	}{
		"mx.signed.example":    {2, true, false},
		"alias.signed.example": {2, true, false},
		"none.signed.example":  {0, true, false},
		"mx.plain.example":     {1, false, false},
		"none.example":         {0, false, false},
		"broken.example":       {0, false, true},
		"silent.example":       {0, false, true},
	} {
		records, secure, err := r.TLSA(t.Context(), "_25._tcp."+name)
		if len(records) != want.count || secure != want.secure || (err != nil) != want.err {
			t.Errorf("%s: %v, %v, %v", name, records, secure, err)
		}
		for _, rr := range records {
			size, octet := 32, byte(0xab)
			if rr.Matching == 2 {
				size, octet = 64, 0xcd
			}
			if !bytes.Equal(rr.Data, bytes.Repeat([]byte{octet}, size)) {
				t.Errorf("%s: %v", name, rr)
			}
		}
	}
}
