package header

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/emersion/go-message"
)

// leaves reads a message as a mail program does: content type and decoded content
// of every leaf.
func leaves(t *testing.T, b []byte) []string {
	t.Helper()
	e, err := message.Read(bytes.NewReader(b))
	if err != nil && !message.IsUnknownCharset(err) {
		t.Fatalf("not readable: %v", err)
	}
	var all []string
	if err := e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil && !message.IsUnknownCharset(err) {
			return err
		}
		kind, params, err := e.Header.ContentType()
		if err != nil || strings.HasPrefix(kind, "multipart/") {
			return err
		}
		content, err := io.ReadAll(e.Body)
		if kind == "message/rfc822" {
			all = append(all, leaves(t, content)...)
			return err
		}
		_, disposition, _ := e.Header.ContentDisposition()
		all = append(all, kind+"|"+params["charset"]+"|"+disposition["filename"]+"|"+string(content))
		return err
	}); err != nil {
		t.Fatalf("not readable: %v", err)
	}
	return all
}

const nested = `From: a@x.example
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="out"
Content-Transfer-Encoding: 8bit

Präambel
--out
Content-Type: multipart/alternative; boundary=outer

--outer
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Grüße,
. a dot = equals and trailing space 
From here

--outer
Content-Type: text/html; charset=utf-8

<p>7-bit stays   as it is </p>
--outer--
--out
Content-Type: application/pdf; name="Müller.pdf"
Content-Disposition: attachment; filename="Müller.pdf"

%PDF é
--out
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

Subject: inner
Content-Type: text/plain; charset=utf-8

Größe
--out--
Épilogue
`

func TestDowngradeKeepsWhatIsRead(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"nested":    nested,
		"plain":     "From: a@x.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nGrüße\n",
		"latin-1":   "From: a@x.example\nContent-Type: text/plain; charset=unknown-8bit\n\nGr\xfc\xdfe\n",
		"long line": "From: a@x.example\nContent-Type: text/plain; charset=utf-8\n\n" + strings.Repeat("ü", 400) + "\nend",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := crlf(text)
			s, body, err := Parse(in)
			if err != nil {
				t.Fatal(err)
			}
			if body, err = Downgrade(s, body); err != nil {
				t.Fatal(err)
			}
			out := s.Bytes(body)
			if !IsASCII(out) {
				t.Errorf("not 7-bit:\n%s", out)
			}
			want, got := leaves(t, in), leaves(t, out)
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("read as\n%q\nwant\n%q\nfrom\n%s", got, want, out)
			}
		})
	}
}

func TestDowngradeLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	s, body, err := Parse(crlf(nested))
	if err != nil {
		t.Fatal(err)
	}
	if body, err = Downgrade(s, body); err != nil {
		t.Fatal(err)
	}
	untouched := crlf("--outer\nContent-Type: text/html; charset=utf-8\n\n<p>7-bit stays   as it is </p>\n--outer--\n--out\n")
	if !bytes.Contains(body, untouched) {
		t.Errorf("a 7-bit part was changed:\n%s", body)
	}
	again, err := Downgrade(s, body)
	if err != nil || &again[0] != &body[0] {
		t.Errorf("a 7-bit body was copied: %v", err)
	}
}

// A bare text that says nothing of MIME is what old scripts send.
func TestDowngradeAddsMIME(t *testing.T) {
	t.Parallel()
	for in, charset := range map[string]string{"Grüße\r\n": "utf-8", "Gr\xfc\xdfe\r\n": "unknown-8bit"} {
		s, _, err := Parse(crlf("From: a@x.example\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Downgrade(s, []byte(in)); err != nil {
			t.Fatal(err)
		}
		want := "From: a@x.example\r\nContent-Type: text/plain; charset=" + charset + "\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
		if got := string(s.Bytes(nil)); got != want {
			t.Errorf("got %q", got)
		}
	}
}

func TestDowngradeRefusesToBreak(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"signed":            "Content-Type: multipart/signed; boundary=b\n\n--b\n\nü\n--b--\n",
		"no boundary":       "Content-Type: multipart/mixed\n\nü\n",
		"not base64":        "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nü\n",
		"global":            "Content-Type: message/global\n\nFrom: ü@x.example\n\n",
		"bad part header":   "Content-Type: multipart/mixed; boundary=b\n\n--b\nü no field\n\n--b--\n",
		"deep":              deep(maxNesting + 2),
		"odd part address":  "Content-Type: message/rfc822\n\nFrom: ü <a@x.example>\n\nü\n",
		"latin-1 part name": "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=\xfc\n\n\n--b--\n",
	}
	for name, text := range cases {
		in := crlf("From: a@x.example\n" + text)
		s, body, err := Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if body, err = Downgrade(s, body); !errors.Is(err, ErrStays8Bit) {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.Equal(s.Bytes(body), in) {
			t.Errorf("%s: the message was changed", name)
		}
	}
}

// Multiparts whose exact shape matters, or that common readers get wrong.
func TestDowngradeFindsTheParts(t *testing.T) {
	t.Parallel()
	const quoted = "Content-Transfer-Encoding: quoted-printable\n"
	cases := map[string][2]string{
		"digest":           {"multipart/digest; boundary=b|--b\n\nFrom: c\n\nü\n--b--\n", "--b\n\nFrom: c\n" + quoted + "\n=C3=BC\n--b--\n"},
		"no end":           {"multipart/mixed; boundary=b|--b\n\nü", "--b\n" + quoted + "\n=C3=BC"},
		"empty part":       {"multipart/mixed; boundary=b|--b\n\n--b\n\nü\n--b--", "--b\n\n--b\n" + quoted + "\n=C3=BC\n--b--"},
		"prefix, padding":  {"multipart/mixed; boundary=b|--b \t\n\n--bc\nü --b\n--b--", "--b \t\n" + quoted + "\n--bc\n=C3=BC --b\n--b--"},
		"outer ends inner": {"multipart/mixed; boundary=b|--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nü\n--b\n\nx\n--b--", "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n" + quoted + "\n=C3=BC\n--b\n\nx\n--b--"},
	}
	for name, c := range cases {
		kind, body, _ := strings.Cut(c[0], "|")
		s, _, err := Parse(crlf("From: a@x.example\nContent-Type: " + kind + "\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Downgrade(s, crlf(body))
		if err != nil || !bytes.Equal(got, crlf(c[1])) {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d.\n\n--b%d.\n", i, i)
	}
	return b.String() + "\nü\n"
}

func FuzzDowngrade(f *testing.F) {
	f.Add(crlf(nested))
	f.Add(crlf("From: a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nü\n--b--\n--b\nü\n\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, body, err := Parse(in)
		if err != nil {
			return
		}
		before := s.Bytes(body)
		out, err := Downgrade(s, body)
		switch {
		case err != nil && !bytes.Equal(s.Bytes(out), before):
			t.Fatalf("changed in spite of %v: %q", err, before)
		case err == nil && !IsASCII(out):
			t.Fatalf("not 7-bit: %q from %q", out, in)
		}
	})
}

func BenchmarkDowngrade(b *testing.B) {
	body := crlf(strings.Repeat("Grüße und Küsse, siebzig Zeichen oder etwas mehr in einer Zeile.\n", 320))
	s, _, err := Parse(crlf("From: a@x.example\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Downgrade(&Section{Fields: s.Fields}, body); err != nil {
			b.Fatal(err)
		}
	}
}

func TestParts(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"preamble\n--b\n1\n--b\n\n--b\n3\n--b--\nepilogue\n--b\nno": "1||3",
		"--b\n1\n--b--":  "1",
		"--b\n1\n2\n":    "1\r\n2\r\n",
		"--bc\n1\n--b--": "",
		"":               "",
	} {
		var got []string
		for p := range Parts(crlf(in), "b") {
			got = append(got, string(p))
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
