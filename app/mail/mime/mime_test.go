package mime

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

const usual = `From: =?utf-8?q?M=C3=BCller?= <a@x.example>
Subject: =?iso-8859-1?q?Gr=FC=DFe?=
 dahin
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out"

This is a multi-part message.
--out
Content-Type: multipart/alternative; boundary=in

--in
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe,
=
Bye
--in
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+R3LDvMOfZTwvcD4=
--in--

--out
Content-Type: application/pdf; name=ignored.pdf
Content-Disposition: attachment; filename*=utf-8''..%2FM%C3%BCller.pdf
Content-Transfer-Encoding: base64

AAEC
--out
Content-Type: text/plain
Content-Disposition: attachment; filename="=?utf-8?q?n=C3=B6te.txt?="

attached
--out
Content-Type: message/rfc822

Subject: inner

x
--out
Content-Type: text/plain

A footer.
--out--
`

func TestRead(t *testing.T) {
	t.Parallel()
	want := View{
		Fields: []Field{
			{"From", "Müller <a@x.example>"}, {"Subject", "Grüße dahin"}, {"MIME-Version", "1.0"},
			{"Content-Type", `multipart/mixed; boundary="out"`},
		},
		Text: "Grüße,\nBye\n\nA footer.",
		HTML: "<p>Grüße</p>",
		Attachments: []Attachment{
			{"Müller.pdf", "application/pdf", 3}, {"nöte.txt", "text/plain", 8}, {"", "message/rfc822", 19},
		},
	}
	if got := Read(crlf(usual)); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// S-50: what is malformed is shown as well as it can be.
func TestReadMalformed(t *testing.T) {
	t.Parallel()
	html := "Content-Type: text/html"
	cases := map[string]struct {
		in, text, html string
		attachments    int
		truncated      bool
	}{
		"empty":             {"", "", "", 0, false},
		"only a header":     {"Subject: x\n", "", "", 0, false},
		"no MIME":           {"Subject: x\n\nHello\n", "Hello\n", "", 0, false},
		"UTF-8, unlabelled": {"\nGrüße", "Grüße", "", 0, false},
		"Latin-1, none":     {"\nGr\xfc\xdfe", "Grüße", "", 0, false},
		"unknown charset":   {"Content-Type: text/plain; charset=x-none\n\nGr\xfc\xdfe", "Grüße", "", 0, false},
		"wrong charset":     {"Content-Type: text/plain; charset=utf-8\n\nGr\xfce", "Gr\uFFFDe", "", 0, false},
		"UTF-16":            {"Content-Type: text/plain; charset=utf-16le\n\nH\x00i\x00", "Hi", "", 0, false},
		"UTF-7":             {"Content-Type: text/plain; charset=utf-7\n\n+AGE-", "+AGE-", "", 0, false},
		"ISO-2022-JP":       {"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$\"\x1b(B", "あ", "", 0, false},
		"unknown encoding":  {"Content-Transfer-Encoding: x-uuencode\n\nbegin 1", "begin 1", "", 0, true},
		"broken base64":     {"Content-Transfer-Encoding: base64\n\nSGVsbG8=!!", "Hello", "", 0, true},
		"bare = in QP":      {"Content-Transfer-Encoding: quoted-printable\n\na=zb", "a=zb", "", 0, false},
		"no boundary":       {"Content-Type: multipart/mixed\n\n--b\n\nx\n--b--", "", "", 1, false},
		"empty boundary":    {"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\nx\n----", "", "", 1, false},
		"boundary of 10 kB": {"Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 10_000) + "\n\n--" + strings.Repeat("b", 10_000) + "\n\nx", "x", "", 0, false},
		"prefix of another": {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bc\n\n--bc\n\nx\n--bc--\n--b--", "x", "", 0, false},
		"missing end":       {"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + html + "\n\n<p>", "", "<p>", 0, false},
		"bad part header":   {"Content-Type: multipart/mixed; boundary=b\n\n--b\nno field\n\nx\n--b\n\ny\n--b--", "x\n\ny", "", 0, true},
		"type with rubbish": {html + "; a=b=c;;\"\n\n<p>", "", "<p>", 0, false},
		"two HTML parts":    {"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + html + "\n\n1\n--b\n" + html + "\n\n2\n--b--", "", "1", 1, false},
		"controls":          {"\na\x00b\x1b[31mc\rd", "ab[31mc\nd", "", 0, false},
		"line feeds only":   {"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n", "x", "", 0, false},
	}
	for name, c := range cases {
		in := crlf(c.in)
		if name == "line feeds only" {
			in = []byte(c.in)
			c.text = "x\n"
		}
		got := Read(in)
		if got.Text != c.text || got.HTML != c.html || len(got.Attachments) != c.attachments || got.Truncated != c.truncated {
			t.Errorf("%s: %q", name, fmt.Sprintf("%+v", got))
		}
	}
}

// S-50, S-51: bounded in parts, depth, memory and time.
func TestReadIsBounded(t *testing.T) {
	t.Parallel()
	mixed := "Content-Type: multipart/mixed; boundary=b\n\n"
	var nested, outside strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d.\n\n--b%d.\n", i, i)
	}
	for i := range MaxDepth {
		fmt.Fprintf(&outside, "Content-Type: multipart/mixed; boundary=%d.\n\n--%d.\n", i, i)
	}
	cases := map[string]string{
		"10,000 levels":            nested.String(),
		"100,000 parts":            mixed + strings.Repeat("--b\n\nx\n", 100_000) + "--b--",
		"100,000 empty parts":      mixed + strings.Repeat("--b\n", 100_000),
		"deep and large":           outside.String() + strings.Repeat("--b\n", 5_000_000),
		"near boundaries":          mixed + strings.Repeat("\n--bb", 4_000_000),
		"boundaries in one line":   mixed + strings.Repeat("--b", 6_000_000),
		"10 MB field":              "Subject: " + strings.Repeat("=?a?q?x", 1_500_000) + "?=\n\nx",
		"10 MB type":               "Content-Type: text/plain; name=\"" + strings.Repeat("=?a?q?x", 1_500_000) + "?=\"\n\nx",
		"encoded words, 250 kB":    strings.Repeat("Subject: "+strings.Repeat("=?a?q?x", 2300)+"?=\n", 15) + "\nx",
		"parameters":               "Content-Type: text/plain" + strings.Repeat("; a*0*=x", 30_000) + "\n\nx",
		"3 million fields":         strings.Repeat("a:\n", 3_000_000) + "\nx",
		"3 million fields, part":   mixed + "--b\n" + strings.Repeat("a:\n", 3_000_000) + "\nx\n--b--",
		"20 MB of text":            "\n" + strings.Repeat("words and more words\n", 1_000_000),
		"20 MB, quoted-printable":  "Content-Transfer-Encoding: quoted-printable\n\n" + strings.Repeat("=41=\n", 4_000_000),
		"1,000 texts":              mixed + strings.Repeat("--b\n\n"+strings.Repeat("x", 2000)+"\n", 999),
		"20 MB, base64 attachment": "Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString(make([]byte, 15_000_000)),
	}
	for name, in := range cases {
		content := crlf(in)
		start := time.Now()
		got := Read(content)
		// The bound is 1 s of a processor; the rest is for the race detector and busy machines.
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %s", name, took)
		} else {
			t.Logf("%-26s %8s", name, took.Round(time.Millisecond))
		}
		if len(got.Text) > MaxText || len(got.HTML) > MaxText || len(got.Fields) > MaxFields || len(got.Attachments) > MaxParts {
			t.Errorf("%s: out of bounds", name)
		}
		if !got.Truncated && !strings.Contains(name, "attachment") && name != "boundaries in one line" && name != "near boundaries" && name != "encoded words, 250 kB" && name != "parameters" {
			t.Errorf("%s: not marked as truncated", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(crlf(usual))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\n!!\n--b--"))
	f.Fuzz(func(t *testing.T, content []byte) {
		v := Read(content)
		for _, s := range []string{v.Text, v.HTML} {
			if !utf8.ValidString(s) || len(s) > MaxText {
				t.Fatalf("%q", s)
			}
		}
		for _, a := range v.Attachments {
			if !utf8.ValidString(a.Name+a.Type) || strings.ContainsAny(a.Name+a.Type, "\r\n\x00") || strings.ContainsAny(a.Name, `/\`) {
				t.Fatalf("%+v", a)
			}
		}
		for _, s := range v.Fields {
			if !utf8.ValidString(s.Name+s.Value) || strings.ContainsAny(s.Name+s.Value, "\r\n\x00") {
				t.Fatalf("%q", s)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	in := crlf(usual)
	b.ReportAllocs()
	for b.Loop() {
		Read(in)
	}
}
