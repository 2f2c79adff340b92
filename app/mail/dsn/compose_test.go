package dsn_test

import (
	"bytes"
	"errors"
	"net/mail"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/dsn"
	"smtpserver/app/mail/feedback"
	"smtpserver/app/mail/header"
	"smtpserver/app/mail/reply"
)

const original = "Received: from x\r\nFrom: Ann <ann@shop.example>\r\nTo: bob@c.example\r\nSubject: Your order 17\r\n" +
	"Message-ID: <one@shop.example>\r\n\r\nHello Bob,\r\nbody-word.\r\n"

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func message() *dsn.Message {
	return &dsn.Message{
		From:      address.Named{Name: "Mail Delivery System", Mailbox: address.Mailbox{Local: "postmaster", Domain: "mx.ours.example"}},
		To:        address.Mailbox{Local: "ann", Domain: "shop.example"},
		MessageID: "report-1@mx.ours.example", Now: now, ReportingMTA: "mx.ours.example",
		EnvelopeID: "QQ 314+159", Arrival: now.Add(-time.Hour), Original: []byte(original),
		Recipients: []dsn.Recipient{{
			Final: address.Mailbox{Local: "bob", Domain: "c.example"}, OriginalKind: "rfc822", Original: "Bob+news@c.example",
			Action: dsn.Failed, Status: reply.Enhanced{5, 1, 1}, Reason: "There is no such mailbox at mx.c.example.", Next: "Remove the address.",
			Reply: "550 5.1.1 no such user", RemoteMTA: "mx.c.example", LastTry: now,
		}},
	}
}

func compose(t *testing.T, m *dsn.Message) *dsn.Composed {
	t.Helper()
	c, err := m.Compose()
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := header.Parse(c.Content)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(c.SMTPUTF8); err != nil {
		t.Fatalf("we would not take our own notification: %v", err)
	}
	for line := range bytes.SplitSeq(c.Content, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
			t.Fatalf("a bad line: %q", line)
		}
	}
	if !c.EightBit && !header.IsASCII(c.Content) {
		t.Error("8-bit content that is not announced")
	}
	return c
}

// TestComposeRoundTrip: what we write, we read, for every action.
func TestComposeRoundTrip(t *testing.T) {
	t.Parallel()
	for action, status := range map[dsn.Action]reply.Enhanced{
		dsn.Failed: {5, 1, 1}, dsn.Delayed: {4, 1, 1}, dsn.Relayed: {2, 1, 1}, dsn.Delivered: {2, 1, 1},
	} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			m := message()
			m.Recipients[0].Action, m.Recipients[0].RetryUntil = action, now.Add(48*time.Hour)
			r := feedback.Parse(compose(t, m).Content)
			if r.Kind != feedback.Status || len(r.Recipients) != 1 || r.EnvelopeID != m.EnvelopeID || r.ReportingMTA != m.ReportingMTA ||
				!r.ArrivalDate.Equal(m.Arrival) || r.Truncated {
				t.Fatalf("%+v", r)
			}
			want := feedback.Recipient{
				Final: "bob@c.example", Original: "Bob+news@c.example", Action: feedback.Action(action), Status: status,
				Diagnostic: "smtp; 550 5.1.1 no such user", RemoteMTA: "mx.c.example", LastTry: now,
			}
			if action == dsn.Delayed {
				want.RetryUntil = now.Add(48 * time.Hour)
			}
			if r.Recipients[0] != want {
				t.Errorf("got  %+v\nwant %+v", r.Recipients[0], want)
			}
			if r.Original.Get("Message-ID") != "<one@shop.example>" {
				t.Error("the header did not come back")
			}
			if !strings.Contains(r.Text, "There is no such mailbox at mx.c.example.") || !strings.Contains(r.Text, "Your order 17") {
				t.Errorf("text: %s", r.Text)
			}
		})
	}
}

func TestComposeHeader(t *testing.T) {
	t.Parallel()
	parsed, err := mail.ReadMessage(bytes.NewReader(compose(t, message()).Content))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-replied", "To": "<ann@shop.example>", "From": "Mail Delivery System <postmaster@mx.ours.example>",
		"In-Reply-To": "<one@shop.example>", "References": "<one@shop.example>", "Subject": "Not delivered: Your order 17",
	} {
		if got := parsed.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestReturned: RFC 3461 §4.3, the whole message only about a failure, when asked
// for, and when it is not too large.
func TestReturned(t *testing.T) {
	t.Parallel()
	large := []byte(original + strings.Repeat(strings.Repeat("x", 70)+"\r\n", dsn.MaxReturned/70))
	for _, tt := range []struct {
		name     string
		full     bool
		action   dsn.Action
		original []byte
		whole    bool
	}{
		{"asked for", true, dsn.Failed, []byte(original), true},
		{"headers asked for", false, dsn.Failed, []byte(original), false},
		{"no failure", true, dsn.Delayed, []byte(original), false},
		{"too large", true, dsn.Failed, large, false},
		{"all header", true, dsn.Delivered, []byte("Subject: x\r\n"), false},
		{"empty", false, dsn.Failed, nil, false},
		{"no header", false, dsn.Failed, []byte("\r\nbody-word"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := message()
			m.Full, m.Original, m.Recipients[0].Action = tt.full, tt.original, tt.action
			content := compose(t, m).Content
			if got := bytes.Contains(content, []byte("body-word")); got != tt.whole {
				t.Errorf("body returned: %v", got)
			}
			if got := bytes.Contains(content, []byte("Content-Type: message/rfc822\r\n")); got != tt.whole {
				t.Errorf("as a message: %v", got)
			}
			if len(content) > 16<<10 {
				t.Errorf("%d octets", len(content))
			}
		})
	}
}

// TestComposeUTF8: RFC 6533, both for senders who can take UTF-8 and who cannot.
func TestComposeUTF8(t *testing.T) {
	t.Parallel()
	for _, utf8 := range []bool{true, false} {
		m := message()
		m.UTF8 = utf8
		m.Recipients[0].Final = address.Mailbox{Local: "jörg", Domain: "xn--bcher-kva.example"}
		m.Recipients[0].OriginalKind, m.Recipients[0].Original = "utf-8", "jörg@bücher.example"
		m.Recipients[0].Reply = "550 5.1.1 gibt’s nicht"
		c := compose(t, m)
		if c.SMTPUTF8 || c.EightBit != utf8 || bytes.Contains(c.Content, []byte("message/global-delivery-status")) != utf8 {
			t.Errorf("utf8 %v: 8-bit %v\n%s", utf8, c.EightBit, c.Content)
		}
		r := feedback.Parse(c.Content)
		if len(r.Recipients) != 1 || r.Recipients[0].Original != "jörg@bücher.example" || r.Recipients[0].Final != "jörg@xn--bcher-kva.example" {
			t.Errorf("utf8 %v: %+v", utf8, r.Recipients)
		}
	}
	m := message()
	m.UTF8, m.To.Local = true, "änn"
	m.Original = []byte("Subject: größe\r\nFrom: änn@shop.example\r\n\r\nx\r\n")
	c := compose(t, m)
	if !c.SMTPUTF8 || !bytes.Contains(c.Content, []byte("message/global-headers")) || feedback.Parse(c.Content).Original.Get("Subject") != "größe" {
		t.Errorf("%s", c.Content)
	}
}

// TestComposeHostile: nothing that a stranger said ends a line or a part (S-46).
func TestComposeHostile(t *testing.T) {
	t.Parallel()
	m := message()
	evil := "x\r\n\r\nInjected: yes\r\n.\r\n--report-\u2028" + strings.Repeat("y", 5000)
	m.EnvelopeID, m.Recipients[0].Reply, m.Recipients[0].RemoteMTA = evil, evil, evil
	m.Recipients[0].Reason, m.Recipients[0].Original = evil, evil
	m.Original = []byte("Subject: =?utf-8?q?a=0D=0AInjected:_yes?=\r\nMessage-ID: <a> <b>\r\n\r\n")
	content := compose(t, m).Content
	for line := range bytes.SplitSeq(content, []byte("\r\n")) {
		if bytes.HasPrefix(line, []byte("Injected")) {
			t.Fatalf("injected: %s", content)
		}
	}
	if r := feedback.Parse(content); len(r.Recipients) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestComposeBoundary(t *testing.T) {
	t.Parallel()
	m := message()
	first := compose(t, m).Content
	_, rest, _ := bytes.Cut(first, []byte(`boundary="`))
	boundary, _, _ := bytes.Cut(rest, []byte(`"`))
	m.Full = true
	m.Original = append([]byte(original), "--"+string(boundary)+"--\r\n"...)
	second := compose(t, m).Content
	if bytes.Count(second, boundary) != 1 {
		t.Error("the boundary is in the returned message")
	}
	if again := compose(t, m).Content; !bytes.Equal(again, second) {
		t.Error("the same notification is written in two ways")
	}
}

func TestComposeIncomplete(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*dsn.Message){
		"null sender":   func(m *dsn.Message) { m.To = address.Mailbox{} },
		"nobody":        func(m *dsn.Message) { m.Recipients = nil },
		"no action":     func(m *dsn.Message) { m.Recipients[0].Action = "lost" },
		"no recipient":  func(m *dsn.Message) { m.Recipients[0].Final = address.Mailbox{} },
		"no server":     func(m *dsn.Message) { m.ReportingMTA = "" },
		"no Message-ID": func(m *dsn.Message) { m.MessageID = "" },
		"no time":       func(m *dsn.Message) { m.Now = time.Time{} },
	} {
		m := message()
		spoil(m)
		if _, err := m.Compose(); !errors.Is(err, dsn.ErrIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
