package fakemx_test

import (
	"bufio"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/fakemx"
)

// talk sends a session in one write and returns all that was answered.
func talk(t *testing.T, s *fakemx.Server, input string) string {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write([]byte(input)); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	_, _ = bufio.NewReader(conn).WriteTo(&out) // up to the end, however it comes
	return out.String()
}

const session = "EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test> NOTIFY=NEVER\r\nDATA\r\n"

func TestRecordsExactOctets(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{})
	long := strings.Repeat("x", 100_000)
	talk(t, s, session+"a: b\r\n\r\n..dot\r\nbare\n.\r\nend\r"+long+"\r\n.\r\nQUIT\r\n")
	messages, err := s.WaitFor(1, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	m := messages[0]
	if m.Content != "a: b\r\n\r\n.dot\r\nbare\n.\r\nend\r"+long+"\r\n" || !strings.Contains(m.Raw, "\r\n..dot\r\n") {
		t.Errorf("content %.80q, raw %.80q", m.Content, m.Raw)
	}
	if m.From != "MAIL FROM:<a@x.test>" || !slices.Equal(m.Recipients, []string{"<b@y.test> NOTIFY=NEVER"}) || m.Helo != "c.test" || m.Peer == "" || m.TLS {
		t.Errorf("%+v", m)
	}
	if !slices.Contains(s.Commands(), "DATA") || s.Connections() != 1 {
		t.Errorf("commands %q", s.Commands())
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	rest := "x\r\n.\r\nQUIT\r\n"
	for name, c := range map[string]struct {
		script   fakemx.Script
		tail     string // the last answers
		recorded int
	}{
		"willing":            {nil, "250 2.0.0 taken\r\n221 2.0.0 bye\r\n", 1},
		"reply":              {fakemx.At(fakemx.Dot, fakemx.Action{Reply: "452 4.3.1 full"}), "452 4.3.1 full\r\n221 2.0.0 bye\r\n", 0},
		"drop after the dot": {fakemx.At(fakemx.Dot, fakemx.Action{Drop: true}), "354 go\r\n", 0},
		"the same, recorded": {fakemx.At(fakemx.Dot, fakemx.Action{Drop: true, Record: true}), "354 go\r\n", 1},
		"reset":              {fakemx.At(fakemx.Mail, fakemx.Action{Reset: true}), "", 0},
		"close":              {fakemx.At(fakemx.Mail, fakemx.Action{Reply: "421 4.3.2 closing", Close: true}), "421 4.3.2 closing\r\n", 0},
		"raw":                {fakemx.At(fakemx.Mail, fakemx.Action{Raw: "250 bare\n", Close: true}), "250 bare\n", 0},
		"drip":               {fakemx.At(fakemx.Dot, fakemx.Action{Drip: time.Millisecond}), "250 2.0.0 taken\r\n221 2.0.0 bye\r\n", 1},
		"in the content":     {fakemx.At(fakemx.Content, fakemx.Action{Reply: "550 5.7.1 spam"}), "550 5.7.1 spam\r\n", 0},
		"no recipient":       {fakemx.At(fakemx.Rcpt, fakemx.Action{Reply: "550 5.1.1 no"}), "221 2.0.0 bye\r\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, fakemx.Options{Script: c.script})
			if out := talk(t, s, session+rest); !strings.HasSuffix(out, c.tail) {
				t.Errorf("answered %q", out)
			}
			if n := len(s.Messages()); n != c.recorded {
				t.Errorf("%d messages recorded", n)
			}
		})
	}
}

// F-30: each triplet waits once.
func TestGreylist(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := fakemx.New(t, fakemx.Options{Greylist: 5 * time.Minute, Now: func() time.Time { return now }})
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "450 4.7.1"}, {4 * time.Minute, "450 4.7.1"}, {time.Minute, "250 2.1.5"}} {
		now = now.Add(step.after)
		if out := talk(t, s, strings.TrimSuffix(session, "DATA\r\n")+"QUIT\r\n"); !strings.Contains(out, "\r\n"+step.want+" ") {
			t.Errorf("after %s: %q", step.after, out)
		}
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: fakemx.Once(fakemx.At(fakemx.Mail, fakemx.Action{Reply: "451 4.3.0 later"}))})
	for _, want := range []string{"451 4.3.0 later", "250 2.1.0 ok"} {
		if out := talk(t, s, "EHLO c.test\r\nMAIL FROM:<a@x.test>\r\nQUIT\r\n"); !strings.Contains(out, want) {
			t.Errorf("%q lacks %q", out, want)
		}
	}
}
