package header

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
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

// S-23, S-44: headers that are refused, and by which rule.
func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		in   string
		rule Rule
	}{
		"two From":            {"From: a@x.example\nFrom: b@x.example\n\n", Duplicate},
		"two From, one lower": {"From: a@x.example\nfRoM: b@x.example\n\n", Duplicate},
		"two Subjects":        {"From: a@x.example\nSubject: a\nSubject: b\n\n", Duplicate},
		"two content types":   {"From: a@x.example\nContent-Type: text/plain\nContent-type: text/html\n\n", Duplicate},
		"no From":             {"To: a@x.example\n\n", NoFrom},
		"empty":               {"\n", NoFrom},
		"space before colon":  {"From : a@x.example\n\n", Syntax},
		"first line folded":   {" From: a@x.example\n\n", Syntax},
		"no field":            {"hello\n\n", Syntax},
		"no name":             {": x\n\n", Syntax},
		"NUL in a name":       {"Fr\x00om: a@x.example\n\n", Syntax},
		"NUL in a value":      {"From: a@x.example\x00\n\n", Syntax},
		"bare CR":             {"From: a@x.example\rBcc: b\n\n", Syntax},
		"doubled CR":          {"From: a@x.example\r\n\n", Syntax},
		"8-bit subject":       {"From: a@x.example\nSubject: Grüße\n\n", EightBit},
		"long line":           {"From: a@x.example\nX: " + strings.Repeat("a", 996) + "\n\n", LongLine},
		"long folded line":    {"From: a@x.example\nX: a\n " + strings.Repeat("a", 998) + "\n b\n\n", LongLine},
		"51 hops":             {"From: a@x.example\n" + strings.Repeat("Received: x\n", 51) + "\n", Loop},
		"2001 fields":         {"From: a@x.example\n" + strings.Repeat("X: y\n", 2000) + "\n", TooLarge},
		"100,000 fields":      {strings.Repeat("X: y\n", 100_000) + "\n", TooLarge},
		"300 KiB":             {"From: a@x.example\n" + strings.Repeat("X: "+strings.Repeat("a", 900)+"\n", 340) + "\n", TooLarge},
	}
	for name, c := range cases {
		s, _, err := Parse(crlf(c.in))
		if err == nil {
			err = s.Check(false)
		}
		var e *Error
		if !errors.As(err, &e) || e.Rule != c.rule || !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v, want %s", name, err, c.rule)
		}
	}
	if _, _, err := Parse([]byte("From: a\nTo: b\r\n\r\n")); !errors.Is(err, ErrMalformed) {
		t.Errorf("bare LF: %v", err)
	}
}

func TestCheckTakes(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"least":        "From: a@x.example\n\n",
		"998 octets":   "From: a@x.example\nX: " + strings.Repeat("a", 995) + "\n\n",
		"folded long":  "From: a@x.example\nTo: " + strings.Repeat("b@y.example,\n ", 100) + "c@y.example\n\n",
		"2000 fields":  "From: a@x.example\n" + strings.Repeat("X: y\n", 1999) + "\n",
		"50 hops":      "From: a@x.example\n" + strings.Repeat("Received: x\n", 50) + "\n",
		"no blank end": "From: a@x.example\n",
	} {
		s, _, err := Parse(crlf(in))
		if err == nil {
			err = s.Check(false)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for subject, want := range map[string]bool{"Grüße": true, "Gr\xfc\xdfe": false} {
		s, _, err := Parse(crlf("From: a@x.example\nSubject: " + subject + "\n\n"))
		if err != nil || (s.Check(true) == nil) != want {
			t.Errorf("SMTPUTF8 %q: %v, %v", subject, err, s.Check(true))
		}
	}
}

// A message at our limits still parses when we have added our own fields to it.
func TestOurFieldsFitOverTheLimits(t *testing.T) {
	t.Parallel()
	s, body, err := Parse(crlf("From: a@x.example\n" + strings.Repeat("X: "+strings.Repeat("a", 120)+"\n", 1999) + "\nbody"))
	if err != nil || s.Check(false) != nil || s.Submit(sample) != nil {
		t.Fatal(err, s.Check(false))
	}
	if _, _, err := Parse(s.Bytes(body)); err != nil {
		t.Error(err)
	}
}

func TestSubmitFillsAndTidies(t *testing.T) {
	t.Parallel()
	cases := map[string][2]string{
		"empty fields are filled":    {"From: a\nDate:\nMessage-ID: \n\n", "From: a\nDate: Mon, 23 Nov 2026 15:04:05 +0000\nMessage-ID: <x@mail.example>\n\n"},
		"own values stay":            {"From: a\nMessage-Id: <own@x>\nDate: today\n\n", "From: a\nMessage-Id: <own@x>\nDate: today\n\n"},
		"blank folded lines go":      {"From: a\nSubject: b\n \n c\n\t\nDate: d\nMessage-ID: e\n\n", "From: a\nSubject: b\n c\nDate: d\nMessage-ID: e\n\n"},
		"foreign claims go":          {"ARC-Seal: x\narc-message-signature: y\nFrom: a\nDate: d\nMessage-ID: e\n\n", "From: a\nDate: d\nMessage-ID: e\n\n"},
		"own List and feedback stay": {"From: a\nList-Unsubscribe: <https://x>\nFeedback-ID: 1\nDate: d\nMessage-ID: e\n\n", "From: a\nList-Unsubscribe: <https://x>\nFeedback-ID: 1\nDate: d\nMessage-ID: e\n\n"},
	}
	for name, c := range cases {
		s, body, err := Parse(crlf(c[0]))
		if err != nil {
			t.Fatal(err)
		}
		in := sample
		in.Received = ""
		if err := s.Submit(in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.Bytes(body); !bytes.Equal(got, crlf(c[1])) {
			t.Errorf("%s: got\n%s", name, got)
		}
	}
}

func TestTraceTellsNothingUntrusted(t *testing.T) {
	t.Parallel()
	trace := Trace{By: "mail.example", Protocol: "ESMTPSA", ID: "0abc", Now: sample.Now}
	if got, want := trace.String(), "from authenticated by mail.example with ESMTPSA\r\n id 0abc;\r\n Mon, 23 Nov 2026 15:04:05 +0000"; got != want {
		t.Errorf("got %q", got)
	}
	trace.From = "evil\r\nBcc: x <y@z>(;" + strings.Repeat("a", 2000)
	s := &Section{}
	if err := s.Prepend("Received", trace.String()); err != nil || len(s.Fields) != 1 || bytes.Count(s.Fields[0].Raw, []byte("\n")) != 3 {
		t.Errorf("%v: %q", err, trace.String())
	}
}

func TestSteer(t *testing.T) {
	t.Parallel()
	s, _, err := Parse(crlf("X-SMTPServer-Stream: Broadcast\nx-smtpserver-tag: order\nX-SMTPServer-Metadata: id = 7\nX-SMTPServer-Metadata: shop=\n" +
		"X-SMTPServer-Expires: 90m\nX-SMTPServer-Track: clicks, opens\nX-SMTPServer-Idempotency-Key: k1\nX-SMTPServer-Send-At: 2026-12-01T08:00:00+01:00\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := Steering{
		Stream: "broadcast", Tag: "order", Metadata: map[string]string{"id": "7", "shop": ""}, Track: "opens,clicks",
		IdempotencyKey: "k1", SendAt: time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC), Expires: time.Date(2026, 12, 1, 8, 30, 0, 0, time.UTC),
	}
	if got, err := s.Steer(time.Time{}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSteerRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"Stream: bulk", "Sream: x", "Send-At: soon", "Expires: soon", "Expires: -5m", "Expires: 1h\nX-SMTPServer-Expires: 2h", "Metadata: x", "Metadata: =x", "Track: all", "Tag:", "Tag: " + strings.Repeat("a", 65),
		"Tag: a\nX-SMTPServer-Tag: b", "Metadata: a=1\nX-SMTPServer-Metadata: a=2", "Idempotency-Key: " + strings.Repeat("a", 256),
		"Idempotency-Key: größe", "Idempotency-Key: =?utf-8?q?gr=C3=B6=C3=9Fe?=", "Idempotency-Key: a\nX-SMTPServer-Idempotency-Key: a",
		"Metadata: a=1" + manyPairs(20), ": x",
	} {
		s, _, err := Parse(crlf("X-SMTPServer-" + in + "\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		var e *Error
		if _, err := s.Steer(time.Time{}); !errors.As(err, &e) || e.Rule != BadWish || len(e.Text) > 200 {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func manyPairs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "\nX-SMTPServer-Metadata: k%d=1", i)
	}
	return b.String()
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain":                                 "plain",
		"=?utf-8?q?Gr=C3=BC=C3=9Fe?= x":         "Grüße x",
		"=?iso-8859-1?Q?=FC?= =?utf-8?b?w7w=?=": "üü",
		"=?unknown-x?q?a?=":                     "=?unknown-x?q?a?=",
		"=?utf-8?q?a=0D=0ABcc:_b?=":             "a  Bcc: b",
		"\xff":                                  "\uFFFD",
		"a\u202egpj.exe":                        "agpj.exe",
		"=?utf-8?b?!!?=":                        "=?utf-8?b?!!?=",
	} {
		if got := Decode(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
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
		_, _ = s.Steer(time.Time{})
		_ = s.Check(false)
	})
}

func BenchmarkSubmit(b *testing.B) {
	in := crlf("From: A <a@x.example>\nTo: b@y.example\nSubject: hello\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" +
		"Content-Transfer-Encoding: 7bit\nUser-Agent: x\nList-Unsubscribe: <https://x.example/u>\nX-A: 1\nX-SMTPServer-Tag: 2\n\n" +
		strings.Repeat("A line of some length for a message body, seventy octets or so.\n", 320))
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	var buffer []byte
	for b.Loop() {
		s, body, err := Parse(in)
		if err != nil || s.Check(false) != nil {
			b.Fatal(err)
		}
		if _, err := s.Steer(time.Time{}); err != nil {
			b.Fatal(err)
		}
		if body, err = Downgrade(s, body); err != nil || s.Submit(sample) != nil {
			b.Fatal(err)
		}
		buffer = s.AppendTo(buffer[:0], body)
	}
}
