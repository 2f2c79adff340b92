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
		"a@x.example":                           "a@x.example",
		"Anna Voss <a@x.example>":               "Anna Voss|a@x.example",
		`"Voss, Anna" <a@x.example>`:            "Voss, Anna|a@x.example",
		"=?utf-8?q?J=C3=BCrgen?= <j@x.example>": "Jürgen|j@x.example",
		"a@x.example, B <b@y.example>":          "a@x.example;B|b@y.example",
		"<a@x.example>":                         "a@x.example",
		`"a b"@x.example`:                       `"a b"@x.example`,
		"Long Name\r\n <a@x.example>":           "Long Name|a@x.example",
		`"security@bank.example" <a@x.example>`: "security@bank.example|a@x.example",
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
	for _, in := range []string{"", "localhost", "192.0.2.1", "a b.example", "a@b.example", "http://example.com", "-a.example", "a..b", "exa\u200bmple.com", strings.Repeat("a", 64) + ".example"} {
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
