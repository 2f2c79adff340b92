package fakedns_test

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/testkit/fakedns"
)

func ask(t *testing.T, s *fakedns.Server, network, name string, qtype uint16) (*dns.Msg, error) {
	t.Helper()
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), qtype)
	q.AuthenticatedData = true
	c := dns.Client{Net: network, Timeout: 200 * time.Millisecond}
	m, _, err := c.Exchange(q, s.Addr())
	return m, err
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `
$ORIGIN x.test.
@      300 SOA ns hostmaster 1 3600 600 86400 30
mx     A 192.0.2.1
www    CNAME mx
@      MX 10 mx
a.deep A 192.0.2.2
dead   CNAME nowhere
*.wild A 192.0.2.3
`)
	s.Secure("x.test")
	for _, c := range []struct {
		name    string
		qtype   uint16
		rcode   int
		answers int
		soa     bool
	}{
		{"X.test", dns.TypeMX, dns.RcodeSuccess, 1, false},
		{"www.x.test", dns.TypeA, dns.RcodeSuccess, 2, false},
		{"www.x.test", dns.TypeCNAME, dns.RcodeSuccess, 1, false},
		{"mx.x.test", dns.TypeAAAA, dns.RcodeSuccess, 0, true},
		{"deep.x.test", dns.TypeA, dns.RcodeSuccess, 0, true},
		{"none.x.test", dns.TypeA, dns.RcodeNameError, 0, true},
		{"dead.x.test", dns.TypeA, dns.RcodeNameError, 1, true},
		{"any.thing.wild.x.test", dns.TypeA, dns.RcodeSuccess, 1, false},
		{"other.test", dns.TypeA, dns.RcodeNameError, 0, false},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m, err := ask(t, s, network, c.name, c.qtype)
			if err != nil {
				t.Fatalf("%s %s: %v", network, c.name, err)
			}
			if m.Rcode != c.rcode || len(m.Answer) != c.answers || len(m.Ns) == 1 != c.soa || m.AuthenticatedData != (c.name != "other.test") {
				t.Errorf("%s %s %s:\n%v", network, c.name, dns.TypeToString[c.qtype], m)
			}
		}
	}
	if !slices.Contains(s.Queries(), "x.test. MX") {
		t.Errorf("queries %v", s.Queries())
	}
}

// F-41: the ways to fail.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t, `x.test. TXT "true"`)
	s.Fail("x.test", fakedns.Truncated)
	if m, err := ask(t, s, "udp", "x.test", dns.TypeTXT); err != nil || !m.Truncated || len(m.Answer) != 0 {
		t.Errorf("truncated: %v, %v", m, err)
	}
	if m, err := ask(t, s, "tcp", "x.test", dns.TypeTXT); err != nil || m.Truncated || len(m.Answer) != 1 {
		t.Errorf("then over TCP: %v, %v", m, err)
	}
	for _, code := range []int{fakedns.Silence, fakedns.WrongID} {
		s.Fail("x.test", code)
		if m, err := ask(t, s, "udp", "x.test", dns.TypeTXT); err == nil {
			t.Errorf("code %d answered %v", code, m)
		}
	}
	s.Fail("x.test", dns.RcodeServerFailure)
	if m, err := ask(t, s, "udp", "x.test", dns.TypeTXT); err != nil || m.Rcode != dns.RcodeServerFailure {
		t.Errorf("SERVFAIL: %v, %v", m, err)
	}
	s.Fail("x.test", dns.RcodeSuccess)
	if m, err := ask(t, s, "udp", "x.test", dns.TypeTXT); err != nil || len(m.Answer) != 1 {
		t.Errorf("healed: %v, %v", m, err)
	}
}

// What does not fit is cut, at the size that the client named.
func TestTruncatesAtTheClientsSize(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t)
	for range 6 {
		if err := s.Add(`big.test. TXT "` + strings.Repeat("x", 100) + `"`); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := ask(t, s, "udp", "big.test", dns.TypeTXT); err != nil || !m.Truncated {
		t.Errorf("512 octets: %v, %v", m, err)
	}
	q := new(dns.Msg)
	q.SetQuestion("big.test.", dns.TypeTXT).SetEdns0(1232, false)
	if m, _, err := new(dns.Client).Exchange(q, s.Addr()); err != nil || m.Truncated || len(m.Answer) != 6 {
		t.Errorf("1232 octets: %v, %v", m, err)
	}
}

func TestStartNeedsAFreeAddress(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if s, err := fakedns.Start(ln.Addr().String()); err == nil {
		s.Close()
		t.Error("started on a taken port")
	}
	s, err := fakedns.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Set("x.test. MX ten mx"); err == nil {
		t.Error("a broken zone was taken")
	}
}
