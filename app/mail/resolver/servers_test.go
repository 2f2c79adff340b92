package resolver

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/testkit/fakedns"
)

// A server that is down, silent or failing costs time, not the answer.
func TestNextServerAnswers(t *testing.T) {
	t.Parallel()
	well := fakedns.New(t, `x.example. TXT "true"`)
	down, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := down.Close(); err != nil {
		t.Fatal(err)
	}
	first := map[string]string{"down": down.LocalAddr().String()}
	for name, code := range map[string]int{"silent": fakedns.Silence, "failing": dns.RcodeServerFailure, "lying": fakedns.WrongID} {
		s := fakedns.New(t)
		s.Fail("x.example", code)
		first[name] = s.Addr()
	}
	for name, addr := range first {
		c, err := New(Options{Server: addr, Timeout: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		c.servers = append(c.servers, well.Addr())
		if txt, err := c.TXT(t.Context(), "x.example"); err != nil || !slices.Equal(txt, []string{"true"}) {
			t.Errorf("%s: %v, %v", name, txt, err)
		}
	}
}

// A question ends with its context, whatever the servers do.
func TestContextEndsTheQuestion(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t)
	s.Fail("x.example", fakedns.Silence)
	c, err := New(Options{Server: s.Addr(), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Client{"shared": c, "fresh": c.Fresh()} {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		began := time.Now()
		if _, err := r.TXT(ctx, "x.example"); err == nil || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %v after %s", name, err, time.Since(began))
		}
		cancel()
	}
}

func TestSystemServers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "resolv.conf")
	for text, want := range map[string][]string{
		"nameserver 192.0.2.1\nnameserver 2001:db8::1\n": {"192.0.2.1:53", "[2001:db8::1]:53"},
		"search example.com\n":                           nil,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := systemServers(path); !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	if _, err := systemServers(path + ".none"); err == nil {
		t.Error("no file, no error")
	}
}

// The cache stays within its bounds.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	s := fakedns.New(t)
	c, err := New(Options{Server: s.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	m := new(dns.Msg)
	for i := range maxEntries + 1000 {
		c.cache.put(question{"x", uint16(i)}, m, Answer{}, nil)
	}
	if n := len(c.cache.entries); n > maxEntries || n < maxEntries/2 {
		t.Errorf("%d entries", n)
	}
}
