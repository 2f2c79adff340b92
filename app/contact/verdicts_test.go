package contact_test

import (
	"strings"
	"testing"

	"smtpserver/app/contact"
)

// taken are addresses that a list holds, with what they are kept as; "" is the same.
var taken = []struct{ given, kept string }{
	// dot-atoms (RFC 5321 §4.1.2, RFC 5322 §3.2.3)
	{"a@example.org", ""}, {"abc@example.org", ""}, {"a.b@example.org", ""}, {"a.b.c.d.e@example.org", ""}, {"first.last@example.org", ""}, {"1234567890@example.org", ""},
	{"a-b@example.org", ""}, {"-a@example.org", ""}, {"a-@example.org", ""}, {"-@example.org", ""}, {"_@example.org", ""}, {"__a__@example.org", ""}, {"a_b@example.org", ""},
	{"!#$%&'*+-/=?^_`{|}~@example.org", ""}, {"user+tag@example.org", ""}, {"user+@example.org", ""}, {"+user@example.org", ""}, {"user+tag+more@example.org", ""}, {"o'neil@example.org", ""},
	{"a=b@example.org", ""}, {"a&b@example.org", ""}, {"a/b@example.org", ""}, {"a%b@example.org", ""}, {"host!user@example.org", ""}, {"$100@example.org", ""}, {"{a}@example.org", ""}, {"a~b@example.org", ""},
	{strings.Repeat("a", 64) + "@example.org", ""},
	// case: the mailbox is found without it, as every large host does
	{"User@Example.ORG", "user@example.org"}, {"USER@EXAMPLE.ORG", "user@example.org"}, {"iPhone@Example.org", "iphone@example.org"},
	// quoted strings
	{`"a"@example.org`, "a@example.org"}, {`"a b"@example.org`, ""}, {`"a@b"@example.org`, ""}, {`"a\"b"@example.org`, ""}, {`"a\\b"@example.org`, ""}, {`"a..b"@example.org`, ""}, {`".a"@example.org`, ""},
	{`"a."@example.org`, ""}, {`" "@example.org`, ""}, {`"()<>[]:,;"@example.org`, ""}, {`"\a"@example.org`, "a@example.org"},
	// domains (RFC 1035 §2.3.1, RFC 1123 §2.1, RFC 5891)
	{"a@b.co", ""}, {"a@b.c.d.e.example", ""}, {"a@xn--bcher-kva.example", ""}, {"a@bücher.example", "a@xn--bcher-kva.example"}, {"a@BÜCHER.example", "a@xn--bcher-kva.example"},
	{"a@bu\u0308cher.example", "a@xn--bcher-kva.example"}, {"a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"}, {"a@例え.jp", "a@xn--r8jz45g.jp"}, {"a@faß.example", "a@xn--fa-hia.example"},
	{"a@1and1.example", ""}, {"a@123.example", ""}, {"a@3com.example", ""}, {"a@a-b.example", ""}, {"a@a--b.example", ""}, {"a@" + strings.Repeat("b", 63) + ".example", ""},
	{"a@example.museum", ""}, {"a@example.xn--p1ai", ""}, {"a@sub.sub.sub.sub.sub.example.org", ""},
	// characters beyond ASCII before the @ (RFC 6531)
	{"ü@example.org", ""}, {"用户@example.org", ""}, {"почта@example.org", ""}, {"δοκιμή@example.org", ""}, {"अजय@example.org", ""}, {"u\u0308@example.org", "ü@example.org"},
	// around it
	{" a@example.org ", "a@example.org"}, {"\ta@example.org", "a@example.org"}, {"a@example.org\n", "a@example.org"},
}

// refused are no addresses, or none that a list can hold.
var refused = []string{
	// nothing, or not all of it
	"", " ", "@", "a", "a@", "@example.org", "example.org", "a@b", "a@localhost", "a.example.org", "a@@example.org", "a@b@example.org", "@@", "a@.", "a@..",
	// dots
	".a@example.org", "a.@example.org", "a..b@example.org", "...@example.org", ".@example.org", "a@.example.org", "a@example.org.", "a@example..org", "a@example.org..",
	// what stands in no atom
	"a b@example.org", "a@exa mple.org", "a @example.org", "a@ example.org", "a\tb@example.org", "a,b@example.org", "a;b@example.org", "a:b@example.org", "a(b@example.org", "a)b@example.org",
	"a<b@example.org", "a>b@example.org", "a[b@example.org", "a]b@example.org", `a\b@example.org`, `a"b@example.org`, `a\@b@example.org`,
	// quotes that are none
	`"@example.org`, `""@example.org`, `"a@example.org`, `a"@example.org`, `"a"b@example.org`, `a"b"@example.org`, `"a".b@example.org`, `"a"b"@example.org`, `"a\"@example.org`, "\"a\nb\"@example.org", "\"a\x00b\"@example.org", "\"a\x1bb\"@example.org",
	// comments, names, lists, routes and links (RFC 5322 §3.4, §4.4; RFC 6068)
	"(comment)a@example.org", "a(comment)@example.org", "a@(comment)example.org", "a@example.org(comment)", "<a@example.org>", "Anna <a@example.org>", `"Anna" <a@example.org>`, "a@example.org, b@example.org", "a@example.org;b@example.org", "a@example.org b@example.org",
	"<@relay.example:a@example.org>", "@relay.example:a@example.org", "mailto:a@example.org", "http://example.org", "a@example.org?subject=x", "a@example.org/path", "a@example.org:25", "Group: a@example.org;",
	// line ends and other controls: what injects headers
	"a@example.org\r\nBcc: b@example.org", "a\r\n@example.org", "a@exam\nple.org", "a\x00@example.org", "a@example.org\x00", "a\x7f@example.org", "a@\x1bexample.org", "a\r@example.org",
	// domains
	"a@-example.org", "a@example-.org", "a@example.-org", "a@exam_ple.org", "a@_dmarc.example.org", "a@exam!ple.org", "a@*.example.org", "a@example.123", "a@1.2.3.4", "a@192.0.2.1", "a@[192.0.2.1]", "a@[IPv6:::1]",
	"a@[300.0.0.1]", "a@[example.org]", "a@" + strings.Repeat("b", 64) + ".example", "a@" + strings.Repeat("b.", 127) + "example", "a@xn--.example", "a@xn--a.example", "a@example.xn--zzzzzzzzz", "a@ex%61mple.org",
	// lengths (RFC 5321 §4.5.3.1)
	strings.Repeat("a", 65) + "@example.org", strings.Repeat("ü", 33) + "@example.org", strings.Repeat("a", 64) + "@" + strings.Repeat("b.", 93) + "example", strings.Repeat("a", 300),
	// what looks like something else (UTS 39): invisible, turned, wide
	"a\u200b@example.org", "a@exam\u200bple.org", "\u202ea@example.org", "a\u202e@example.org", "a@exam\u00adple.org", "a@example\u3002org", "a@ｅxample.org", "a＠example.org", "a\ufeff@example.org", "a\u2028@example.org", "a\u00a0b@example.org",
	"a\xff@example.org", "a@exam\xffple.org", "\xc0\x80@example.org",
}

// I-05: the verdict about each address is fixed here.
func TestI05AddressVerdicts(t *testing.T) {
	t.Parallel()
	if n := len(taken) + len(refused); n < 164 {
		t.Errorf("only %d verdicts", n)
	}
	for _, c := range taken {
		got, problems := contact.Draft{Email: c.given}.Check(nil)
		want := c.kept
		if want == "" {
			want = c.given
		}
		if len(problems) != 0 || got.Address != want {
			t.Errorf("%q is kept as %q, want %q: %v", c.given, got.Address, want, problems)
		}
	}
	for _, given := range refused {
		if got, problems := (contact.Draft{Email: given}).Check(nil); problems[contact.PartEmail] == "" {
			t.Errorf("%q is taken, as %q", given, got.Address)
		}
	}
}
