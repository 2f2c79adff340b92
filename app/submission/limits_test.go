package submission

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
	"smtpserver/app/store/storetest"
)

// What is over a limit is refused for good, in words, and nothing is stored.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	soon := func(d time.Duration) string {
		return "X-SMTPServer-Send-At: " + time.Now().Add(d).Format(time.RFC3339) + "\r\n"
	}
	for name, c := range map[string]struct{ fields, says string }{
		"too far ahead":   {soon(31 * 24 * time.Hour), "30 days"},
		"no time":         {"X-SMTPServer-Send-At: soon\r\n", "X-SMTPServer-Send-At"},
		"unknown wish":    {"X-SMTPServer-Colour: red\r\n", "X-SMTPServer-Colour"},
		"long key":        {"X-SMTPServer-Idempotency-Key: " + strings.Repeat("k", 256) + "\r\n", "255"},
		"key not ASCII":   {"X-SMTPServer-Idempotency-Key: =?utf-8?q?=C3=BC?=\r\n", "ASCII"},
		"too many fields": {strings.Repeat("X-A: 1\r\n", 10_000), ""},
		"too many hops":   {strings.Repeat("Received: by x.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n", 60), ""},
		"two subjects":    {"Subject: another\r\n", "Subject"},
		"8-bit header":    {"X-Note: gr\xc3\xbc\xc3\x9fe\r\n", ""},
	} {
		_, err := v.Accept(t.Context(), w.Scope, w.mail(t, c.fields, "kim@customer.example"))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.SafeText(err), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if IsLoop(err) != (name == "too many hops") {
			t.Errorf("%s is told as a loop: %v", name, IsLoop(err))
		}
	}
	if n := count(t, s); n != 0 || len(w.woken) != 0 {
		t.Errorf("%d refused messages stored, woken %v", n, w.woken)
	}
}

// Send-At moves the due time and the expiry; the past is now.
func TestSendAt(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	now := time.Now().UTC().Truncate(time.Second)
	for ahead, due := range map[time.Duration]time.Duration{29 * 24 * time.Hour: 29 * 24 * time.Hour, -time.Hour: 0} {
		m := w.mail(t, "X-SMTPServer-Send-At: "+now.Add(ahead).Format(time.RFC3339)+"\r\n", "kim@customer.example")
		m.Received = now
		messageID, err := v.Accept(t.Context(), w.Scope, m)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, rows := stored(t, s, messageID); !rows[0].DueAt.Equal(now.Add(due)) || !rows[0].ExpiresAt.Equal(now.Add(due+lifetime)) {
			t.Errorf("%s ahead: due %s, expires %s", ahead, rows[0].DueAt, rows[0].ExpiresAt)
		}
	}
}

// May-send-as: the null path is judged by the header, the envelope's sender too.
func TestSenders(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	foreign, err := address.Parse("a@other.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := v.MaySend(t.Context(), w.Scope, address.Mailbox{}, ""); err != nil {
		t.Errorf("the null path at MAIL: %v", err)
	}
	if err := v.MaySend(t.Context(), w.Scope, foreign, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a foreign path at MAIL: %v", err)
	}
	m := w.mail(t, "", "kim@customer.example")
	m.From = foreign
	if _, err := v.Accept(t.Context(), w.Scope, m); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a foreign path at the dot: %v", err)
	}
	m.From = address.Mailbox{}
	if _, err := v.Accept(t.Context(), w.Scope, m); err != nil {
		t.Errorf("the null path: %v", err)
	}
	for _, from := range []string{"", "a, b@" + w.Domain, "a@" + w.Domain + ", b@" + w.Domain, "Group: a@" + w.Domain + ";", "<>"} {
		m := w.mail(t, "", "kim@customer.example")
		m.Content = fmt.Appendf(nil, "From: %s\r\nSubject: x\r\n\r\nx\r\n", from)
		if _, err := v.Accept(t.Context(), w.Scope, m); !fault.Is(err, fault.Invalid) {
			t.Errorf("From %q: %v", from, err)
		}
	}
}

// Date and Message-ID that are there stay; each destination is woken once.
func TestWhatIsThereStays(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	m := w.mail(t, "Date: Sun, 22 Nov 2026 10:00:00 +0100\r\nMessage-ID: <mine@shop.example>\r\nbcc: a@hidden.example,\r\n b@hidden.example\r\n", "kim@customer.example", "lee@customer.example", "kim@other.example")
	messageID, err := v.Accept(t.Context(), w.Scope, m)
	if err != nil {
		t.Fatal(err)
	}
	row, content, rows := stored(t, s, messageID)
	if got := fields(content); got != "Received From Date Message-ID Subject" || strings.Contains(content, "hidden") {
		t.Errorf("fields %s\n%s", got, content)
	}
	if row.HeaderMessageID != "mine@shop.example" || len(rows) != 3 || len(w.woken) != 2 {
		t.Errorf("Message-ID %s, %d deliveries, woken %v", row.HeaderMessageID, len(rows), w.woken)
	}
}

// fields returns the names of a message's fields in their order.
func fields(content string) string {
	head, _, _ := strings.Cut(content, "\r\n\r\n")
	var names []string
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}
