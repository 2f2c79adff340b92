package domain

import (
	"slices"
	"strings"
	"testing"

	"smtpserver/app/fault"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	s := New(Options{Hostname: "mail.host.example."})
	local := New(Options{Hostname: "localhost"})
	cases := []struct {
		service     *Service
		typed, want string // want "!…": refused, with this in the sentence
	}{
		{s, "example.com", "example.com"},
		{s, " Shop.Example.COM ", "shop.example.com"},
		{s, "bücher.example", "xn--bcher-kva.example"},
		{s, "shop.test", "shop.test"},
		{s, "news.example.co.uk", "news.example.co.uk"},
		{s, "alice.github.io", "alice.github.io"},
		{s, "", "!Enter a domain name"},
		{s, "localhost", "!Enter a domain name"},
		{s, "me@example.com", "!Enter a domain name"},
		{s, "https://example.com", "!Enter a domain name"},
		{s, "192.0.2.1", "!Enter a domain name"},
		{s, "[192.0.2.1]", "!Enter a domain name"},
		{s, "exa mple.com", "!Enter a domain name"},
		{s, "co.uk", "!public suffix"},
		{s, "github.io", "!public suffix"},
		{s, "gmail.com", "!mailbox provider"},
		{s, "GMail.com", "!mailbox provider"},
		{s, "mail.yahoo.co.uk", "!mailbox provider"},
		{s, "mail.host.example", "!name of this service"},
		{s, "rp.mail.host.example", "!name of this service"},
		{s, "host.example", "host.example"},
		{s, "other.host.example", "other.host.example"},
		{s, "nothost.example", "nothost.example"},
		{local, "shop.localhost", "shop.localhost"},
		{s, strings.Repeat("a.", 120) + "com", "!too long"},
	}
	for _, c := range cases {
		got, err := c.service.parseName(c.typed)
		if part, refused := strings.CutPrefix(c.want, "!"); refused {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.FieldsOf(err)["domain"], part) {
				t.Errorf("%q: %q, %v; want a refusal about %q", c.typed, got, err, part)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%q: %q, %v; want %q", c.typed, got, err, c.want)
		}
	}
}

// no freemail domain, nor anything below one.
func TestFreemailDomainsAreRefused(t *testing.T) {
	t.Parallel()
	s := New(Options{Hostname: "mail.host.example"})
	if n := len(freemailDomains()); n < 100 {
		t.Fatalf("%d freemail domains", n)
	}
	for name := range freemailDomains() {
		for _, typed := range []string{name, "news." + name} {
			if _, err := s.parseName(typed); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", typed, err)
			}
		}
	}
}

func TestCovering(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"example.com":               {"example.com"},
		"a.b.example.com":           {"a.b.example.com", "b.example.com", "example.com"},
		"shop.example.co.uk":        {"shop.example.co.uk", "example.co.uk"},
		"alice.github.io":           {"alice.github.io"},
		"x.bucket.s3.amazonaws.com": {"x.bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"}, // a public suffix between
		"news.shop.test":            {"news.shop.test", "shop.test"},
		"com":                       {"com"},
	}
	for name, want := range cases {
		if got := covering(name); !slices.Equal(got, want) {
			t.Errorf("%s is covered by %v, want %v", name, got, want)
		}
	}
}

func TestReserved(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"shop.test": true, "a.b.example": true, "x.invalid": true, "shop.localhost": true,
		"example.com": false, "test.com": false, "shop.tests": false,
	} {
		if got := reserved(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
