package tlspolicy

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	const rest = "mode: enforce\nmx: mx.x.example\nmax_age: 10\n"
	for name, c := range map[string]struct{ text, want string }{
		"as in the RFC":    {"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n", "enforce [mail.example.com *.example.net] 168h0m0s"},
		"no final end":     {"version: STSv1\nmode: testing\nmx: a\nmax_age: 0", "testing [a] 0s"},
		"blanks, order":    {"max_age:10 \nmx:  MX.X.example\t\nmode:enforce\nversion:STSv1", "enforce [mx.x.example] 10s"},
		"none without mx":  {"version: STSv1\nmode: none\nmax_age: 10", "none [] 10s"},
		"unknown fields":   {"version: STSv1\nx-y_z.1: a: b\n" + rest, "enforce [mx.x.example] 10s"},
		"first counts":     {"version: STSv1\n" + rest + "mode: none\nmax_age: x\nversion: 2\n", "enforce [mx.x.example] 10s"},
		"longest":          {"version: STSv1\nmode: none\nmax_age: 9999999999", "none [] 8766h0m0s"},
		"empty":            {"", ""},
		"version missing":  {rest, ""},
		"mode missing":     {"version: STSv1\nmx: a\nmax_age: 10", ""},
		"mx missing":       {"version: STSv1\nmode: enforce\nmax_age: 10", ""},
		"max_age missing":  {"version: STSv1\nmode: none", ""},
		"other version":    {"version: STSv2\n" + rest, ""},
		"other mode":       {"version: STSv1\nmode: Enforce\nmx: a\nmax_age: 10", ""},
		"negative":         {"version: STSv1\nmode: none\nmax_age: -1", ""},
		"too many digits":  {"version: STSv1\nmode: none\nmax_age: 00000000010", ""},
		"not a line":       {"version: STSv1\nhello\n" + rest, ""},
		"empty line":       {"version: STSv1\n\n" + rest, ""},
		"bad name":         {"version: STSv1\n-x: y\n" + rest, ""},
		"wildcard only":    {"version: STSv1\nmode: enforce\nmx: *\nmax_age: 10", ""},
		"wildcard within":  {"version: STSv1\nmode: enforce\nmx: a.*.example\nmax_age: 10", ""},
		"two wildcards":    {"version: STSv1\nmode: enforce\nmx: *.*.example\nmax_age: 10", ""},
		"partial wildcard": {"version: STSv1\nmode: enforce\nmx: m*.example\nmax_age: 10", ""},
		"empty pattern":    {"version: STSv1\nmode: enforce\nmx:\nmax_age: 10", ""},
		"space in pattern": {"version: STSv1\nmode: enforce\nmx: a b\nmax_age: 10", ""},
	} {
		p, err := ParsePolicy(c.text)
		got := fmt.Sprint(p.Mode, " ", p.MX, " ", p.MaxAge)
		if (err == nil) != (c.want != "") || err == nil && got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// RFC 8461 §4.1: a wildcard stands for exactly one label, the leftmost.
func TestLists(t *testing.T) {
	t.Parallel()
	p := Policy{MX: []string{"mail.x.example", "*.y.example"}}
	for host, want := range map[string]bool{
		"mail.x.example": true, "MAIL.x.Example.": true, "a.y.example": true,
		"x.example": false, "a.mail.x.example": false, "y.example": false, ".y.example": false, "a.b.y.example": false, "ay.example": false, "": false,
	} {
		if p.Lists(host) != want {
			t.Errorf("%q: %v", host, !want)
		}
	}
}

// What would expire first makes room; what is known stays replaceable.
func TestMemory(t *testing.T) {
	t.Parallel()
	m, now := NewMemory(2), time.Unix(1000, 0)
	for i, domain := range []string{"a", "b", "b", "c", "d"} {
		expires := now.Add(time.Duration(i) * time.Hour)
		if domain == "d" {
			expires = now
		}
		if err := m.Put(t.Context(), Entry{Domain: domain, Expires: expires}); err != nil {
			t.Fatal(err)
		}
	}
	for domain, want := range map[string]bool{"a": false, "b": true, "c": true, "d": false} {
		if e, ok, err := m.Get(t.Context(), domain); ok != want || err != nil || ok && e.Domain != domain {
			t.Errorf("%s: %v, %v, %v", domain, e, ok, err)
		}
	}
}

// What is read can be kept and read again, to the same end, and is within its bounds.
func FuzzParsePolicy(f *testing.F) {
	f.Add("version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n", "mail.example.com")
	f.Add("version:STSv1\nmode:none\nmax_age:9999999999\nx: y", "a")
	f.Add("version: STSv1\nversion: x\nmode: testing\nmx: *.a\nmax_age: 1", "b.a")
	f.Add("mx: a\n\n:\n\x00", "")
	f.Fuzz(func(t *testing.T, text, host string) {
		p, err := ParsePolicy(text)
		if err != nil {
			if p.Mode != "" || p.MX != nil {
				t.Errorf("%+v with an error", p)
			}
			return
		}
		if p.MaxAge < 0 || p.MaxAge > maxSeconds*time.Second || p.Mode != None && len(p.MX) == 0 || !slices.Contains([]STSMode{None, Testing, Enforce}, p.Mode) {
			t.Errorf("%+v", p)
		}
		again, err := entryOf("x", p, time.Unix(0, 0)).policy()
		if err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
			t.Errorf("%+v became %+v, %v", p, again, err)
		}
		if p.Lists(host) && !p.Lists(strings.ToUpper(host)) {
			t.Errorf("%q depends on its case", host)
		}
	})
}

func FuzzParseRecord(f *testing.F) {
	f.Add("v=STSv1; id=20160831085700Z;", "v=spf1 -all")
	f.Add("v=STSv1;id=1", "v=STSv1 ; id=2")
	f.Fuzz(func(t *testing.T, one, two string) {
		id, err := parseRecord([]string{one, two})
		if err != nil && id != "" || len(id) > 32 || strings.Trim(id, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("%q, %v", id, err)
		}
	})
}
