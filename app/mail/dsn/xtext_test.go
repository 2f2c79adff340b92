package dsn_test

import (
	"strings"
	"testing"

	"smtpserver/app/mail/dsn"
)

func TestXtext(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"abc": "abc", "a+2Bb+3D@c.example": "a+b=@c.example", "QQ314159": "QQ314159", "a+20b": "a b", "": "",
	} {
		got, err := dsn.DecodeXtext(in)
		if err != nil || got != want {
			t.Errorf("%q: %q %v", in, got, err)
		}
		if back, err := dsn.DecodeXtext(dsn.EncodeXtext(got)); err != nil || back != got {
			t.Errorf("%q does not survive: %q %v", got, back, err)
		}
	}
	// RFC 3461 §4: broken escapes, and escapes that would end a line or hide.
	for _, in := range []string{"+", "+2", "+2b", "+0D+0A", "+00", "+7F", "+C3+A9", "a=b", "a b", "é", "+G1", "++2B", "+-1", strings.Repeat("a", 501)} {
		if got, err := dsn.DecodeXtext(in); err == nil {
			t.Errorf("%q was taken as %q", in, got)
		}
	}
}

func TestORCPT(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][2]string{
		"rfc822;Bob+2BA@c.example":            {"rfc822", "Bob+A@c.example"},
		"RFC822;bob@c.example":                {"rfc822", "bob@c.example"},
		`utf-8;J\x{F6}rg@b\x{FC}cher.example`: {"utf-8", "Jörg@bücher.example"},
		"utf-8;jörg@c.example":                {"utf-8", "jörg@c.example"},
		"x400;/S+3Dbob/":                      {"x400", "/S=bob/"},
	} {
		kind, address, err := dsn.DecodeORCPT(in)
		if err != nil || kind != want[0] || address != want[1] {
			t.Errorf("%q: %q %q %v", in, kind, address, err)
		}
	}
	for _, in := range []string{"", "rfc822", "rfc822;", ";a@b.example", "rfc822;a b", "utf-8;\xff", "utf-8;a\nb", "utf-8;a\u2028b", "rfc822;" + strings.Repeat("a", 600)} {
		if kind, address, err := dsn.DecodeORCPT(in); err == nil {
			t.Errorf("%q was taken as %q %q", in, kind, address)
		}
	}
}

func TestUnitext(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`a\x{E9}b`: "aéb", `\x{1F600}`: "😀", `\x{D}\x{A}x`: `\x{D}\x{A}x`, `\x{110000}`: `\x{110000}`, `\x{zz}a`: `\x{zz}a`,
		`\x{`: `\x{`, `a\x{41`: `a\x{41`, `\x{\x{E9}`: `\x{é`, "": "",
	} {
		if got := dsn.DecodeUnitext(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for _, s := range []string{"jörg+a=b@bücher.example", `back\slash@c.example`} {
		encoded := dsn.EncodeUnitext(s)
		if strings.ContainsAny(encoded, "+=ö") || dsn.DecodeUnitext(encoded) != s {
			t.Errorf("%q: %q", s, encoded)
		}
	}
}
