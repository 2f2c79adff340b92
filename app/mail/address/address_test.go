package address

import (
	"errors"
	"strings"
	"testing"
)

// S-30 to S-33: envelope paths.
func TestParsePath(t *testing.T) {
	long := strings.Repeat("a", 64)
	cases := []struct {
		in   string
		utf8 bool
		want string // what String prints; "!" means refused
		rest string
	}{
		{"<>", false, "", ""},
		{"<a@b.example>", false, "a@b.example", ""},
		{"<a@B.Example> SIZE=1", false, "a@b.example", " SIZE=1"},
		{`<"a b"@x.example>`, false, `"a b"@x.example`, ""},
		{`<"a\"> SIZE=1 <b"@x.example>`, false, `"a\"> SIZE=1 <b"@x.example`, ""},
		{`<"v@evil> NOTIFY=NEVER ORCPT=rfc822;x"@b.example>`, false, `"v@evil> NOTIFY=NEVER ORCPT=rfc822;x"@b.example`, ""},
		{`<"plain"@x.example>`, false, "plain@x.example", ""},
		{"<a@[192.0.2.1]>", false, "a@[192.0.2.1]", ""},
		{"<a@[IPv6:::1]>", false, "a@[IPv6:::1]", ""},
		{"<a%b@c.example>", false, "a%b@c.example", ""},
		{"<ü@x.example>", true, "ü@x.example", ""},
		{"<a@bücher.example>", true, "a@xn--bcher-kva.example", ""},
		{"<" + long + "@x.example>", false, long + "@x.example", ""},
		{"<" + long + "a@x.example>", false, "!", ""},
		{"<a@" + strings.Repeat("a.", 126) + "aa>", false, "!", ""},
		{"<a@b@c.example>", false, "!", ""},
		{"<@r1,@r2:a@x.example>", false, "!", ""},
		{"<a\rb@x.example>", false, "!", ""},
		{"<a\x00b@x.example>", false, "!", ""},
		{"<\"a\rb\"@x.example>", false, "!", ""},
		{"a@x.example", false, "!", ""},
		{"<a@x.example", false, "!", ""},
		{"<host!user>", false, "!", ""},
		{"<a@>", false, "!", ""}, {"<@b>", false, "!", ""}, {"<a..b@x.example>", false, "!", ""}, {"<.a@x.example>", false, "!", ""},
		{"<a@-b.example>", false, "!", ""}, {"<a@b_c.example>", false, "!", ""}, {"<a@x.example.>", false, "!", ""},
		{"<a@[300.1.1.1]>", false, "!", ""}, {"<a@[::1]>", false, "!", ""},
		{`<"` + strings.Repeat("a", 61) + ` "@x.example>`, false, `"` + strings.Repeat("a", 61) + ` "@x.example`, ""},
		{`<"` + strings.Repeat("a", 62) + ` "@x.example>`, false, "!", ""},
		{`<"\a\b"@x.example>`, false, "ab@x.example", ""},
		{`<"a\\b"@x.example>`, false, `"a\\b"@x.example`, ""},
		{`<""@x.example>`, false, "!", ""}, {`<"a"b@x.example>`, false, "!", ""}, {`<a"b"@x.example>`, false, "!", ""},
		{"<\"a\xff\"@x.example>", true, "!", ""}, {"<a\xff@x.example>", true, "!", ""},
		{"<\"a\u202eb\"@x.example>", true, "!", ""}, {"<\"a\u2028b\"@x.example>", true, "!", ""}, {"<\"a\x00b\"@x.example>", false, "!", ""}, {"<\"a\\\nb\"@x.example>", false, "!", ""},
		{"<a@ab--cd.example>", false, "a@ab--cd.example", ""},
		{"<a@XN--BCHER-KVA.example>", false, "a@xn--bcher-kva.example", ""},
		{"<a@faß.example>", true, "a@xn--fa-hia.example", ""},
		{"<a@xn--a.example>", false, "!", ""}, {"<a@xn--" + strings.Repeat("9", 59) + ".example>", false, "!", ""}, {"<a@xn--example-.example>", false, "!", ""},
		{"<a@ｅxample.example>", true, "!", ""}, {"<a@x。example>", true, "!", ""}, {"<a@x\ufe0f.example>", true, "!", ""}, {"<a@x\u00ad.example>", true, "!", ""},
		{"<a@192.0.2.1>", false, "!", ""}, {"<a@x.7>", false, "!", ""},
		{"<a@[192.0.2.1>", false, "!", ""}, {"<a@192.0.2.1]>", false, "!", ""}, {"<a@[IPv6:fe80::1%eth0]>", false, "!", ""}, {"<a@[x-tag:foo]>", false, "!", ""}, {"<a@[192.0.2.1]x>", false, "!", ""},
		{"<a@" + strings.Repeat("ü.", 60) + "example>", true, "!", ""},                                                           // 180 octets typed, over 500 as A-labels
		{"<" + long + "@" + strings.Repeat("a.", 91) + "example>", false, long + "@" + strings.Repeat("a.", 91) + "example", ""}, // 254
		{"<" + long + "@" + strings.Repeat("a.", 91) + "examples>", false, "!", ""},                                              // 255
		{"<" + strings.Repeat("a", 320) + "@x.example>", false, "!", ""},
		{"< a@x.example>", false, "!", ""}, {"<a@x.example >", false, "!", ""}, {"<@x.example:a@y.example>", false, "!", ""},
		{"<a b@x.example>", false, "!", ""}, {"<a@x\u200b.example>", true, "!", ""}, {"<a@x.example\x00>", false, "!", ""},
	}
	for _, c := range cases {
		m, rest, err := ParsePath(c.in, c.utf8)
		switch {
		case c.want == "!" && err == nil:
			t.Errorf("%q was accepted as %q", c.in, m)
		case c.want != "!" && (err != nil || m.String() != c.want || rest != c.rest):
			t.Errorf("%q = %q, rest %q, %v", c.in, m, rest, err)
		}
	}
	if _, _, err := ParsePath("<ü@x.example>", false); !errors.Is(err, ErrNonASCII) {
		t.Errorf("without SMTPUTF8: %v", err)
	}
}

// S-44: header lists that mail programs read in different ways are refused.
func TestParseList(t *testing.T) {
	good := map[string]string{
		"a@x.example":                                  "a@x.example",
		"Anna Voss <a@x.example>":                      "Anna Voss|a@x.example",
		`"Voss, Anna" <a@x.example>`:                   "Voss, Anna|a@x.example",
		"=?utf-8?q?J=C3=BCrgen?= <j@x.example>":        "Jürgen|j@x.example",
		"a@x.example, B <b@y.example>":                 "a@x.example;B|b@y.example",
		"<a@x.example>":                                "a@x.example",
		`"a b"@x.example`:                              `"a b"@x.example`,
		"Long Name\r\n <a@x.example>":                  "Long Name|a@x.example",
		`"security@bank.example" <a@x.example>`:        "security@bank.example|a@x.example",
		"a@x.example (Cron Daemon)":                    "Cron Daemon|a@x.example",
		"Anna <a@x.example> (home), b@y.example":       "Anna|a@x.example;b@y.example",
		"=?utf-8?q?a=0D=0ABcc=3A_b=00?= <a@x.example>": "a  Bcc: b|a@x.example",
		"J\xfcrgen <j@x.example>":                      "J?rgen|j@x.example",
		"=?utf-8?q?a=40bank=2Eexample?= <a@x.example>": "a@bank.example|a@x.example",
	}
	for in, want := range good {
		list, err := ParseList(in)
		var got []string
		for _, n := range list {
			s := n.String()
			if n.Name != "" {
				s = n.Name + "|" + s
			}
			got = append(got, s)
		}
		if err != nil || strings.Join(got, ";") != want {
			t.Errorf("%q = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "Anna", "group: a@x.example;", "a@x.example (comment) b@y.example", "<a@x.example> <b@y.example>", "a@x.example <b@y.example>",
		"a@x.example b@y.example", "(a@x.example)", "a@x.example,", ",a@x.example", "<a@x.example", "a@x.example>", "a@@x.example",
		"<@y.example:a@x.example>", "=?utf-8?q?a=40x=2Eexample?=", `"a@x.example`, "a@x.example\x00@y.example", "bank@bank.example <a@x.example>",
		"a@x.example (c@y.example)", "a@x.example (<c@y.example>)", "a@x.example (a (nested))", `a@x.example (a\) <b@y.example> (c)`, "a@x.example (open", "a@x.example (a) (b)", "a@x.example (a) <b@y.example>",
		"(a) a@x.example", "<a@x.example>\x00", "An\x00na <a@x.example>", "An\r\nna <a@x.example>", "An\nna <a@x.example>", "\"An\r\nBcc: x\" <a@x.example>", "<a@x.example,b@y.example>", "<a@x.example;b@y.example>",
		`"a@x.example, b"@y.example@z.example`, "<a@x.example>b@y.example", "a@x.example\\", "a@(c)x.example", "a@x.example:", "undisclosed-recipients:;", "<>", "a@[192.0.2.1", "a @x.example", "a@ x.example", "a . b@x.example",
		"<a@x.example>, <b", "a@x.example\r\nBcc: b@y.example", "a(c)@x.example", "a@x.example;",
	} {
		if list, err := ParseList(in); err == nil {
			t.Errorf("%q was accepted as %v", in, list)
		}
	}
}

func TestParseDomain(t *testing.T) {
	for in, want := range map[string]string{"Example.COM": "example.com", "bücher.example": "xn--bcher-kva.example", "example.com.": "example.com"} {
		if got, err := ParseDomain(in); got != want || err != nil {
			t.Errorf("%q = %q, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "localhost", "192.0.2.1", "1.2.3", "0x7f.1", "[192.0.2.1]", "example.com..", "example.com/x", "exämple.com\u3000", "2001:db8::1", "_dmarc.example.com", "a b.example", "a@b.example", "http://example.com", "-a.example", "a..b", "exa\u200bmple.com", strings.Repeat("a", 64) + ".example"} {
		if got, err := ParseDomain(in); err == nil {
			t.Errorf("%q was accepted as %q", in, got)
		}
	}
}

// Z-03: whatever is accepted prints to something that reads back the same.
func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"<a@b.example>", `<"a b"@x.example>`, `<"a\"> SIZE=1 <b"@x.example>`, "<a@[IPv6:::1]>", "<ü@bücher.example>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, _, err := ParsePath(s, true)
		if err != nil {
			return
		}
		printed := m.String()
		if strings.ContainsAny(printed, "\r\n\x00") {
			t.Fatalf("%q prints control characters", s)
		}
		again, rest, err := ParsePath("<"+printed+">", true)
		if err != nil || again != m || rest != "" {
			t.Fatalf("%q → %q → %q, rest %q, %v", s, printed, again, rest, err)
		}
	})
}

func TestUnicode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a@xn--bcher-kva.example": "a@bücher.example", `"a b"@x.example`: `"a b"@x.example`, "a@[192.0.2.1]": "a@[192.0.2.1]"} {
		m, err := Parse(in)
		if err != nil || m.Unicode() != want {
			t.Errorf("%q = %q, %v", in, m.Unicode(), err)
		}
	}
	if s := (Mailbox{}).Unicode(); s != "" {
		t.Errorf("the null path prints %q", s)
	}
}

// Z-03 for header lists: what is accepted reads back, and names carry no line ends.
func FuzzParseList(f *testing.F) {
	for _, s := range []string{"Anna <a@x.example>", `"a, b" <a@x.example>, c@y.example (d)`, "=?utf-8?b?w7w=?= <a@x.example>", `"a@b"@x.example`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		list, err := ParseList(s)
		if err != nil {
			return
		}
		for _, n := range list {
			again, err := ParseList(n.String())
			if err != nil || len(again) != 1 || again[0].Mailbox != n.Mailbox || strings.ContainsAny(n.Name, "\r\n\x00") {
				t.Fatalf("%q → %q → %v, %v", s, n, again, err)
			}
		}
	})
}

// What ParseDomain returns it also takes.
func FuzzParseDomain(f *testing.F) {
	for _, s := range []string{"Example.COM", "bücher.example", "xn--bcher-kva.example."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDomain(s)
		if err != nil {
			return
		}
		if again, err := ParseDomain(d); err != nil || again != d {
			t.Fatalf("%q → %q → %q, %v", s, d, again, err)
		}
	})
}
