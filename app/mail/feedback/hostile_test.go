package feedback_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtpserver/app/mail/feedback"
)

// TestHostile: S-50, S-51. Whatever comes, in bounded time and memory, and never a
// report about more than was asked for.
func TestHostile(t *testing.T) { // not parallel: it measures
	nested := func(n int, more string) []byte {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
		}
		return []byte(b.String() + more)
	}
	wrapped := strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 10_000)
	reports := strings.Repeat("Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n", 10_000)
	status := "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	for name, raw := range map[string][]byte{
		"nested":           nested(10_000, "x"),
		"same boundary":    bytes.Repeat([]byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"), 100_000),
		"wrapped":          []byte(wrapped),
		"reports":          []byte(reports),
		"parts":            []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", 100_000)),
		"one line":         []byte("Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; " + strings.Repeat("x", 100<<20)),
		"one header line":  []byte("Subject: " + strings.Repeat("=?utf-8?q?x?= ", 7<<20)),
		"folds":            []byte("Subject: x\r\n" + strings.Repeat(" y\r\n", 2<<20) + "\r\n"),
		"fields":           []byte(strings.Repeat("A: b\r\n", 1<<20)),
		"colons":           []byte(strings.Repeat(":\r\n", 2<<20)),
		"at signs":         []byte("From: mailer-daemon@x.example\r\nSubject: failure\r\n\r\n" + strings.Repeat("@", 10<<20)),
		"addresses":        []byte("From: mailer-daemon@x.example\r\nSubject: failure\r\n\r\n" + strings.Repeat("a@b.example ", 1<<19)),
		"near addresses":   []byte("From: mailer-daemon@x.example\r\nSubject: failure\r\n\r\n" + strings.Repeat("a..b@b.example.", 1<<19)),
		"recipients":       []byte(status + strings.Repeat("Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", 100_000)),
		"one block":        []byte(status + strings.Repeat("Final-Recipient: rfc822; a@b.example\r\n", 200_000)),
		"unitext":          []byte(status + "Final-Recipient: utf-8; " + strings.Repeat(`\x{`, 1<<20)),
		"angle brackets":   []byte("Content-Type: text/html\r\n\r\n" + strings.Repeat("<", 5<<20)),
		"open tag":         []byte("Content-Type: text/html\r\n\r\n" + strings.Repeat("<a", 2<<20)),
		"base64 garbage":   []byte("Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n" + strings.Repeat("=!", 4<<20)),
		"quoted garbage":   []byte("Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=Z\r\n", 2<<20)),
		"boundary of 1 MB": []byte("Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 1<<20) + "\r\n\r\n" + strings.Repeat("--b", 1<<20)),
		"prefixes":         []byte("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--bb\r\n", 1<<20)),
		"zeros":            make([]byte, 10<<20),
		"bytes":            bytes.Repeat([]byte{0xff, 0xfe, '\n', '\r'}, 2<<20),
		"empty":            nil,
		"line end":         []byte("\r\n"),
		"empty boundary":   []byte("Content-Type: multipart/report; boundary=\"\"\r\n\r\n--\r\n"),
		"nobody":           []byte(status + "Reporting-MTA: dns; x\r\n\r\n"),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := spent(t)
		r := feedback.Parse(raw)
		took := spent(t) - start
		runtime.ReadMemStats(&after)
		t.Logf("%-17s %6d ms %5d MiB", name, took.Milliseconds(), (after.TotalAlloc-before.TotalAlloc)>>20)
		if took > 4*time.Second { // generous: the race detector may watch
			t.Errorf("%s: took %v", name, took)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 100<<20 {
			t.Errorf("%s: allocated %d MiB", name, got>>20)
		}
		if len(r.Recipients) > feedback.MaxRecipients || len(r.Text) > feedback.MaxText {
			t.Errorf("%s: %d recipients, %d octets of text", name, len(r.Recipients), len(r.Text))
		}
	}
}

// spent is the processor time of this process so far: neighbours do not count.
func spent(t *testing.T) time.Duration {
	t.Helper()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// TestTruncated: what goes beyond a bound is told.
func TestTruncated(t *testing.T) {
	t.Parallel()
	status := "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	for name, raw := range map[string]string{
		"octets":     strings.Repeat("x", feedback.MaxOctets+1),
		"fields":     strings.Repeat("A: b\r\n", feedback.MaxFields+1),
		"parts":      "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", feedback.MaxParts+1),
		"recipients": status + strings.Repeat("Final-Recipient: rfc822; a@b.example\r\n\r\n", feedback.MaxRecipients+1),
	} {
		if !feedback.Parse([]byte(raw)).Truncated {
			t.Errorf("%s: not told", name)
		}
	}
}

// FuzzParse is Z-05.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		f.Fatal("no fixtures", err)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := feedback.Parse(raw)
		switch r.Kind {
		case feedback.Status, feedback.Unknown, feedback.AutoReply, feedback.Challenge, feedback.Receipt:
			if r.Feedback != nil {
				t.Fatal("feedback of what is no complaint")
			}
		case feedback.Complaint:
			if r.Feedback == nil || r.Feedback.Incidents < 1 || r.Feedback.Redacted != (len(r.Feedback.Recipients) == 0) {
				t.Fatalf("%+v", r.Feedback)
			}
		default:
			t.Fatalf("kind %q", r.Kind)
		}
		for _, to := range r.Recipients {
			switch to.Action {
			case feedback.Failed, feedback.Delayed, feedback.Delivered, feedback.Relayed, feedback.Expanded:
			default:
				t.Fatalf("action %q", to.Action)
			}
			if strings.ContainsAny(to.Final+to.Original+to.Diagnostic+to.RemoteMTA, "\r\n") {
				t.Fatalf("a line break in %+v", to)
			}
		}
		if len(r.Recipients) > feedback.MaxRecipients || len(r.Text) > feedback.MaxText {
			t.Fatal("beyond the bounds")
		}
	})
}
