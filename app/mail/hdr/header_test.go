package header

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
)

func crlf(s string) []byte { return []byte(strings.ReplaceAll(s, "\n", "\r\n")) }

var sample = Submission{Now: time.Date(2026, 11, 23, 15, 4, 5, 0, time.UTC), MessageID: "x@mail.example", Received: "by mail.example"}

// S-45: what must not leave is removed, everything else stays byte for byte.
func TestSubmit(t *testing.T) {
	in := crlf("From: A <a@x.example>\nBcc: secret@x.example\nTo: b@y.example\nReturn-Path: <z@z.example>\nX-SMTPServer-Tag: t\nDKIM-Signature: v=1; d=evil\nAuthentication-Results: mail.example; dkim=pass\nSubject: long\n folded\nX-Own: 1\n\nBody\n")
	s, body, err := Parse(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Submit(sample); err != nil {
		t.Fatal(err)
	}
	want := crlf("Received: by mail.example\nFrom: A <a@x.example>\nTo: b@y.example\nSubject: long\n folded\nX-Own: 1\nDate: Mon, 23 Nov 2026 15:04:05 +0000\nMessage-ID: <x@mail.example>\n\nBody\n")
	if got := s.Bytes(body); !bytes.Equal(got, want) {
		t.Errorf("got\n%s", got)
	}
}

// S-23, S-44: headers that are refused.
func TestCheckRefuses(t *testing.T) {
	cases := map[string]string{
		"two From":            "From: a@x.example\nFrom: b@x.example\n\n",
		"two From, one lower": "From: a@x.example\nfrom: b@x.example\n\n",
		"no From":             "To: a@x.example\n\n",
		"space before colon":  "From : a@x.example\n\n",
		"first line folded":   " From: a@x.example\n\n",
		"no field":            "hello\n\n",
		"two Subjects":        "From: a@x.example\nSubject: a\nSubject: b\n\n",
		"8-bit subject":       "From: a@x.example\nSubject: Grüße\n\n",
		"long line":           "From: a@x.example\nX: " + strings.Repeat("a", 996) + "\n\n",
		"51 hops":             "From: a@x.example\n" + strings.Repeat("Received: x\n", 51) + "\n",
		"2001 fields":         "From: a@x.example\n" + strings.Repeat("X: y\n", 2000) + "\n",
		"NUL in a name":       "Fr\x00om: a@x.example\n\n",
	}
	for name, in := range cases {
		s, _, err := Parse(crlf(in))
		if err == nil {
			err = s.Check(false)
		}
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Parse([]byte("From: a\nTo: b\r\n\r\n")); !errors.Is(err, ErrMalformed) {
		t.Errorf("bare LF: %v", err)
	}
	s, _, err := Parse(crlf("From: a@x.example\nSubject: Grüße\n\n"))
	if err != nil || s.Check(true) != nil {
		t.Errorf("SMTPUTF8: %v, %v", err, s.Check(true))
	}
}

func TestSteer(t *testing.T) {
	s, _, err := Parse(crlf("X-SMTPServer-Stream: broadcast\nx-smtpserver-tag: order\nX-SMTPServer-Metadata: id = 7\nX-SMTPServer-Send-At: 2026-12-01T08:00:00+01:00\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Steer()
	if err != nil || st.Stream != "broadcast" || st.Tag != "order" || st.Metadata["id"] != "7" || !st.SendAt.Equal(time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", st, err)
	}
	for _, in := range []string{"X-SMTPServer-Stream: bulk\n\n", "X-SMTPServer-Sream: x\n\n", "X-SMTPServer-Send-At: soon\n\n", "X-SMTPServer-Metadata: x\n\n"} {
		s, _, err := Parse(crlf(in))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Steer(); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// S-46: no value can start a new field.
func TestInjectionIsRefused(t *testing.T) {
	for _, v := range []string{"a\r\nBcc: b", "a\nb", "a\rb", "a\x00b"} {
		if err := (&Section{}).Append("Subject", v); err == nil {
			t.Errorf("%q was accepted", v)
		}
		if got := Encode(v); strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("Encode(%q) = %q", v, got)
		}
	}
	long := Encode(strings.Repeat("Grüße ", 60))
	for _, line := range strings.Split(long, "\r\n") {
		if len(strings.TrimSpace(line)) > 75 {
			t.Errorf("line of %d characters", len(line))
		}
	}
	if Decode(strings.ReplaceAll(long, "\r\n", "")) != strings.Repeat("Grüße ", 60) {
		t.Error("long text does not come back")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("From: a@x.example\r\nSubject: b\r\n c\r\n\r\nbody"))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, body, err := Parse(in)
		if err != nil {
			return
		}
		if out := s.Bytes(body); !bytes.Equal(out, in) && !bytes.Equal(out, append(bytes.Clone(in), '\r', '\n')) {
			t.Fatalf("%q became %q", in, out)
		}
		_, _ = s.Steer()
		_ = s.Check(false)
	})
}

func BenchmarkSubmit(b *testing.B) {
	in := crlf("From: A <a@x.example>\nTo: b@y.example\nSubject: hello\nMIME-Version: 1.0\nContent-Type: text/plain\nX-A: 1\nX-B: 2\n\n" + strings.Repeat("A line of some length for a message body, seventy octets or so.\n", 320))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		s, body, err := Parse(in)
		if err != nil || s.Check(false) != nil || s.Submit(sample) != nil || len(s.Bytes(body)) == 0 {
			b.Fatal(err)
		}
	}
}
