package smtpclient_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/testkit/fakemx"
)

// S-31: whatever a path holds, the server reads exactly one mailbox, or nothing is sent.
func TestS31Injection(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{})
	c := mustDial(t, s)
	evil := `"v@evil.example> NOTIFY=NEVER ORCPT=rfc822;x"@b.example`
	if res := c.Send(t.Context(), message("\r\nx\r\n", evil)); res.Err != nil {
		t.Fatal(res.Err)
	}
	if got := s.Messages()[0].Recipients; !slices.Equal(got, []string{"<" + evil + ">"}) {
		t.Errorf("recipients %q", got)
	}
	before := len(s.Commands())
	for _, path := range []string{
		"", "b@y.test> NOTIFY=NEVER", "b@y.test>\r\nRCPT TO:<c@z.test", "b@y.test\r\nDATA", "b@y.test\n", "b\x00@y.test", "<b@y.test>", "b@y.test SIZE=1",
		"a@b@c.test", "@r1,@r2:a@x.test", "v@evil> X@y.test",
	} {
		if res := c.Send(t.Context(), message("\r\nx\r\n", path)); !errors.Is(res.Err, smtpclient.ErrBadPath) {
			t.Errorf("to %q: %v", path, res.Err)
		}
		m := message("\r\nx\r\n", "b@y.test")
		if m.From = path; path != "" {
			if res := c.Send(t.Context(), m); !errors.Is(res.Err, smtpclient.ErrBadPath) {
				t.Errorf("from %q: %v", path, res.Err)
			}
		}
	}
	if after := s.Commands(); len(after) != before {
		t.Errorf("said %q", after[before:])
	}
}

// Parameters go out as the server takes them, and never as more than one.
func TestParameters(t *testing.T) {
	t.Parallel()
	full := &smtpclient.Message{From: "a@x.test", SMTPUTF8: true, EightBit: true, Ret: "HDRS", EnvID: "QQ+2B1", Content: [][]byte{[]byte("\r\nx\r\n")}}
	full.Recipients = []smtpclient.Recipient{{Path: "b@y.test", Notify: "FAILURE,DELAY", ORCPT: "rfc822;b@y.test"}, {Path: "c@y.test", Notify: "NEVER\r\nRCPT TO:<evil@z.test>", ORCPT: "rfc822;a b"}}
	for _, c := range []struct {
		without []string
		want    []string
	}{
		{nil, []string{"MAIL FROM:<a@x.test> SIZE=5 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B1", "RCPT TO:<b@y.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b@y.test", "RCPT TO:<c@y.test>"}},
		{[]string{"DSN", "SIZE"}, []string{"MAIL FROM:<a@x.test> BODY=8BITMIME SMTPUTF8", "RCPT TO:<b@y.test>", "RCPT TO:<c@y.test>"}},
	} {
		s := fakemx.New(t, fakemx.Options{Without: c.without})
		if res := mustDial(t, s).Send(t.Context(), full); res.Err != nil {
			t.Fatal(res.Err)
		}
		if got := s.Commands()[1:4]; !slices.Equal(got, c.want) {
			t.Errorf("%q", got)
		}
	}
	null := message("\r\nx\r\n", "b@y.test")
	null.From = ""
	s := fakemx.New(t, fakemx.Options{})
	if res := mustDial(t, s).Send(t.Context(), null); res.Err != nil || s.Messages()[0].From != "MAIL FROM:<> SIZE=24" {
		t.Errorf("%v, %q", res.Err, s.Commands())
	}
}

// What a server cannot take is known before anything is said, and the connection stays good.
func TestNeeds(t *testing.T) {
	t.Parallel()
	base := func(change func(*smtpclient.Message)) *smtpclient.Message {
		m := message("\r\nx\r\n", "b@y.test")
		change(m)
		return m
	}
	for name, c := range map[string]struct {
		o    fakemx.Options
		m    *smtpclient.Message
		want error
	}{
		"SMTPUTF8 flag":     {fakemx.Options{Without: []string{"SMTPUTF8"}}, base(func(m *smtpclient.Message) { m.SMTPUTF8 = true }), smtpclient.ErrNeedsUTF8},
		"recipient in ü":    {fakemx.Options{Without: []string{"SMTPUTF8"}}, base(func(m *smtpclient.Message) { m.Recipients[0].Path = "ü@y.test" }), smtpclient.ErrNeedsUTF8},
		"domain in ü":       {fakemx.Options{Without: []string{"SMTPUTF8"}}, base(func(m *smtpclient.Message) { m.Recipients[0].Path = "b@bücher.test" }), nil},
		"8BITMIME":          {fakemx.Options{Without: []string{"8BITMIME"}}, base(func(m *smtpclient.Message) { m.EightBit = true }), smtpclient.ErrNeeds8Bit},
		"in lower case":     {fakemx.Options{Without: []string{"SIZE"}, Extra: []string{"size 23"}}, base(func(*smtpclient.Message) {}), smtpclient.ErrTooBig},
		"SIZE too small":    {fakemx.Options{Extra: []string{"SIZE 23"}}, base(func(*smtpclient.Message) {}), smtpclient.ErrTooBig},
		"SIZE just enough":  {fakemx.Options{Extra: []string{"SIZE 24"}}, base(func(*smtpclient.Message) {}), nil},
		"SIZE without end":  {fakemx.Options{Extra: []string{"SIZE 0"}}, base(func(*smtpclient.Message) {}), nil},
		"SIZE not a number": {fakemx.Options{Extra: []string{"SIZE many"}}, base(func(*smtpclient.Message) {}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, c.o)
			conn := mustDial(t, s)
			res := conn.Send(t.Context(), c.m)
			if !errors.Is(res.Err, c.want) || !conn.Usable() || res.Dotted != (c.want == nil) {
				t.Error(show(res))
			}
			if said := s.Commands(); c.want != nil && len(said) != 1 {
				t.Errorf("said %q", said)
			}
		})
	}
}

// Hundreds of recipients go in groups, so that neither side waits for the other's
// buffers, and each has its own result.
func TestManyRecipients(t *testing.T) {
	t.Parallel()
	eachStyle(t, always(func(p fakemx.Phase, arg string) fakemx.Action {
		if p == fakemx.Rcpt && strings.Contains(arg, "7@") {
			return fakemx.Action{Reply: "550 5.1.1 " + strings.Repeat("no ", 100)}
		}
		return fakemx.Action{Reply: map[fakemx.Phase]string{fakemx.Rcpt: "250 2.1.5 " + strings.Repeat("ok ", 100)}[p]}
	}), func(t *testing.T, s *fakemx.Server, c *smtpclient.Conn) {
		var paths []string
		for i := range 1000 {
			paths = append(paths, fmt.Sprintf("user%d@y.test", i))
		}
		res := c.Send(t.Context(), message("\r\nx\r\n", paths...))
		if res.Err != nil {
			t.Fatal(res.Err)
		}
		for i, r := range res.Replies {
			if refused := i%10 == 7; r.Permanent() != refused || (res.Phases[i] == smtpclient.PhaseRcpt) != refused {
				t.Fatalf("recipient %d: %v at %s", i, r, res.Phases[i])
			}
		}
		if got := len(s.Messages()[0].Recipients); got != 900 {
			t.Errorf("%d recipients arrived", got)
		}
	})
}

// S-13 to S-19: what arrives is what was to be sent, dots included, however it is cut
// into pieces and whatever the size of the buffers.
func TestS13Wire(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{})
	c := mustDial(t, s)
	line := strings.Repeat("x", 997)
	texts := []string{
		"", "\r\n", ".\r\n", "..\r\n.\r\n", "no end", ".", "a\r\n.", "a\r\n.\r\n.\r\n", line + "y\r\n." + line + "\r\n",
		strings.Repeat(line+"\r\n.\r\n", 200), strings.Repeat("x", 900) + "\r\n" + strings.Repeat("..\r\n", 30_000),
	}
	sent := 0
	for _, text := range texts {
		for cut := range min(len(text)+1, 6) {
			m := message("", "b@y.test")
			m.Content = [][]byte{[]byte(text[:cut]), nil, []byte(text[cut:])}
			if res := c.Send(t.Context(), m); res.Err != nil || codes(res)[0] != 250 {
				t.Fatalf("%.40q cut at %d: %s", text, cut, show(res))
			}
			want := text
			if want != "" && !strings.HasSuffix(want, "\r\n") {
				want += "\r\n"
			}
			sent++
			got := s.Messages()[sent-1]
			if got.Content != want {
				t.Fatalf("%.40q cut at %d arrived as %.40q", text, cut, got.Content)
			}
			if strings.Contains(strings.ReplaceAll(got.Raw, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(got.Raw, "\r\n", ""), "\r") {
				t.Fatalf("bare octets on the wire: %.60q", got.Raw)
			}
		}
	}
}

// A transcript is bounded, and says where it ends.
func TestTranscriptIsBounded(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: fakemx.At(fakemx.Rcpt, fakemx.Action{Reply: "250-" + strings.Repeat("z", 900) + "\r\n250 ok"})})
	c := mustDial(t, s)
	res := c.Send(t.Context(), message("\r\nx\r\n", slices.Repeat([]string{"b@y.test"}, 100)...))
	lines := c.Transcript().Lines
	size := 0
	for _, l := range lines {
		size += len(l.Text)
	}
	if res.Err != nil || size > 32<<10 || lines[len(lines)-1].Text != "(the rest is not kept)" || c.Transcript().Duration() <= 0 {
		t.Errorf("%v: %d octets, last %q", res.Err, size, lines[len(lines)-1].Text)
	}
}
