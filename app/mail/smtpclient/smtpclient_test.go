package smtpclient_test

import (
	"crypto/tls"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/testkit/fakemx"
)

var loopback = netip.MustParseAddr("127.0.0.1")

var quick = smtpclient.Timeouts{Connect: time.Second, Greeting: time.Second, Command: time.Second, DataStart: time.Second, DataBlock: time.Second, DataEnd: time.Second}

func dial(t *testing.T, s *fakemx.Server, d smtpclient.Dialer, mode smtpclient.TLSMode) (*smtpclient.Conn, *smtpclient.Transcript, error) {
	t.Helper()
	d.Name, d.AllowPrivate, d.Timeouts = "out.test", true, quick
	return d.Dial(t.Context(), "mx.test", loopback, s.Port(), mode)
}

func mustDial(t *testing.T, s *fakemx.Server) *smtpclient.Conn {
	t.Helper()
	c, tr, err := dial(t, s, smtpclient.Dialer{}, smtpclient.Opportunistic)
	if err != nil {
		t.Fatalf("%v\n%v", err, tr.Lines)
	}
	t.Cleanup(c.Close)
	return c
}

func message(content string, rcpts ...string) *smtpclient.Message {
	m := &smtpclient.Message{From: "a@x.test", Content: [][]byte{[]byte("DKIM-Signature: x\r\n"), []byte(content)}}
	for _, r := range rcpts {
		m.Recipients = append(m.Recipients, smtpclient.Recipient{Path: r})
	}
	return m
}

func codes(res smtpclient.Result) (out []int) {
	for _, r := range res.Replies {
		if r == nil {
			out = append(out, 0)
			continue
		}
		out = append(out, r.Code)
	}
	return out
}

// One connection carries many messages, with and without pipelining; dots survive.
func TestSendReusesTheConnection(t *testing.T) {
	for name, o := range map[string]fakemx.Options{"pipelining": {}, "bare": {Bare: true}} {
		t.Run(name, func(t *testing.T) {
			s := fakemx.New(t, o)
			c := mustDial(t, s)
			content := "Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nthree\r\nno end"
			for range 3 {
				if res := c.Send(t.Context(), message(content, "b@y.test")); res.Err != nil || res.Replies[0].Code != 250 || !res.Dotted {
					t.Fatalf("%+v", res)
				}
			}
			messages := s.Messages()
			if len(messages) != 3 || s.Connections() != 1 || messages[2].Content != "DKIM-Signature: x\r\n"+content+"\r\n" {
				t.Errorf("%d messages, %d connections, %q", len(messages), s.Connections(), messages[2].Content)
			}
		})
	}
}

// F-33, F-34: results are per recipient, and accepted ones are delivered.
func TestF34PerRecipientResults(t *testing.T) {
	script := func(p fakemx.Phase, arg string) fakemx.Action {
		switch {
		case p == fakemx.Rcpt && strings.Contains(arg, "no@"):
			return fakemx.Action{Reply: "550 5.1.1 no such user"}
		case p == fakemx.Rcpt && strings.Contains(arg, "later@"):
			return fakemx.Action{Reply: "451 4.7.1 greylisted"}
		}
		return fakemx.Action{}
	}
	for name, o := range map[string]fakemx.Options{"pipelining": {Script: script}, "bare": {Bare: true, Script: script}} {
		t.Run(name, func(t *testing.T) {
			s := fakemx.New(t, o)
			c := mustDial(t, s)
			res := c.Send(t.Context(), message("\r\nx\r\n", "yes@y.test", "no@y.test", "later@y.test"))
			if got := codes(res); res.Err != nil || got[0] != 250 || got[1] != 550 || got[2] != 451 {
				t.Errorf("%v %v", got, res.Err)
			}
			res = c.Send(t.Context(), message("\r\nx\r\n", "no@y.test"))
			if got := codes(res); res.Err != nil || got[0] != 550 || !c.Usable() {
				t.Errorf("none accepted: %v %v, usable %v", got, res.Err, c.Usable())
			}
			if res = c.Send(t.Context(), message("\r\nx\r\n", "yes@y.test")); res.Err != nil || res.Replies[0].Code != 250 {
				t.Errorf("the next message: %+v", res)
			}
		})
	}
}

// S-13 to S-19: octets that could smuggle are not written at all.
func TestS13UncleanContentIsRefused(t *testing.T) {
	s := fakemx.New(t, fakemx.Options{})
	c := mustDial(t, s)
	for _, content := range []string{"a\nb\r\n", "a\r.\r\nb", "a\r\r\n.\r\n", "a\x00b\r\n", "a\n.\n", "a\r", "\n.\r\n", "a\r\n\r"} {
		if res := c.Send(t.Context(), message("\r\n"+content, "b@y.test")); !errors.Is(res.Err, smtpclient.ErrUncleanOctets) {
			t.Errorf("%q: %v", content, res.Err)
		}
	}
	split := &smtpclient.Message{From: "a@x.test", Recipients: []smtpclient.Recipient{{Path: "b@y.test"}}, Content: [][]byte{[]byte("a: b\r"), []byte("\n\r\nbody\r\n")}}
	if res := c.Send(t.Context(), split); res.Err != nil {
		t.Errorf("CRLF over two pieces: %v", res.Err)
	}
	if n := len(s.Messages()); n != 1 {
		t.Errorf("%d messages arrived", n)
	}
}

func TestBeforeDotCanStop(t *testing.T) {
	s := fakemx.New(t, fakemx.Options{})
	c := mustDial(t, s)
	m := message("\r\nx\r\n", "b@y.test")
	m.BeforeDot = func() error { return errors.New("lease lost") }
	if res := c.Send(t.Context(), m); !res.Held || res.Dotted || c.Usable() || len(s.Messages()) != 0 {
		t.Errorf("%+v", res)
	}
}

// The transcript has both sides and never a password.
func TestTranscript(t *testing.T) {
	good, pool := fakemx.Certificate(t, time.Hour, "mx.test")
	s := fakemx.New(t, fakemx.Options{TLS: good, Extra: []string{"AUTH PLAIN LOGIN"}})
	c, opening, err := dial(t, s, smtpclient.Dialer{TLS: &tls.Config{RootCAs: pool}}, smtpclient.Required)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Auth("user", "hunter2"); err != nil {
		t.Fatal(err)
	}
	c.Send(t.Context(), message("\r\nx\r\n", "b@y.test"))
	var all strings.Builder
	for _, l := range append(opening.Lines, c.Transcript().Lines...) {
		all.WriteString(string(l.Side) + " " + l.Text + "\n")
	}
	for _, want := range []string{"S 220 mx.test", "C EHLO out.test", "C STARTTLS", "C AUTH PLAIN ***", "C MAIL FROM:<a@x.test>", "C RCPT TO:<b@y.test>", "S 354 go", "octets of message", "S 250 2.0.0 taken"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q is missing in\n%s", want, all.String())
		}
	}
	if strings.Contains(all.String(), "hunter2") || strings.Contains(all.String(), "aHVudGVyMg") {
		t.Error("the password is in the transcript")
	}
}
