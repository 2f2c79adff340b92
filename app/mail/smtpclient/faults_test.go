package smtpclient_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/testkit/fakemx"
)

// always makes the same script for each server.
func always(f fakemx.Script) func() fakemx.Script { return func() fakemx.Script { return f } }

// once makes a script that acts at one phase, one time.
func once(phase fakemx.Phase, reply string) func() fakemx.Script {
	return func() fakemx.Script { return fakemx.Once(fakemx.At(phase, fakemx.Action{Reply: reply})) }
}

var styles = map[string]fakemx.Options{"pipelining": {}, "bare": {Bare: true}}

// eachStyle runs a test against a server with pipelining and one without.
func eachStyle(t *testing.T, script func() fakemx.Script, f func(t *testing.T, s *fakemx.Server, c *smtpclient.Conn)) {
	t.Helper()
	for name, o := range styles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o.Script = script()
			s := fakemx.New(t, o)
			f(t, s, mustDial(t, s))
		})
	}
}

// contentFor returns more than the sockets hold where the fault is within the content.
func contentFor(phase fakemx.Phase) string {
	if phase == fakemx.Content {
		return "\r\n" + strings.Repeat(strings.Repeat("x", 998)+"\r\n", 16<<10)
	}
	return "\r\nx\r\n"
}

func show(res smtpclient.Result) string {
	return fmt.Sprintf("%v %v dotted=%v held=%v err=%v", codes(res), res.Phases, res.Dotted, res.Held, res.Err)
}

// F-31: a 421 is the answer to the message it met, at every step, whether the server
// then closes or not; it ends the connection and nothing else.
func TestF31ServiceClosing(t *testing.T) {
	t.Parallel()
	for _, phase := range []fakemx.Phase{fakemx.Mail, fakemx.Rcpt, fakemx.Data, fakemx.Content, fakemx.Dot} {
		for _, closes := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s closes %v", phase, closes), func(t *testing.T) {
				t.Parallel()
				eachStyle(t, always(fakemx.At(phase, fakemx.Action{Reply: "421 4.7.0 busy", Close: closes})), func(t *testing.T, _ *fakemx.Server, c *smtpclient.Conn) {
					res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test", "c@y.test"))
					answered := res.Err == nil && codes(res)[0] == 421 && codes(res)[1] == 421
					overtaken := phase == fakemx.Content && res.Err != nil // by the reset that follows
					if !answered && !overtaken || c.Usable() {
						t.Errorf("%s, usable %v", show(res), c.Usable())
					}
				})
			})
		}
	}
}

// F-31: 421 to the second recipient leaves the first one's own refusal as it is.
func TestF31KeepsWhatWasDecided(t *testing.T) {
	t.Parallel()
	eachStyle(t, always(func(p fakemx.Phase, arg string) fakemx.Action {
		switch {
		case p == fakemx.Rcpt && strings.Contains(arg, "no@"):
			return fakemx.Action{Reply: "550 5.1.1 no"}
		case p == fakemx.Rcpt && strings.Contains(arg, "busy@"):
			return fakemx.Action{Reply: "421 4.7.0 busy", Close: true}
		}
		return fakemx.Action{}
	}), func(t *testing.T, _ *fakemx.Server, c *smtpclient.Conn) {
		res := c.Send(t.Context(), message("\r\nx\r\n", "yes@y.test", "no@y.test", "busy@y.test", "later@y.test"))
		if got := fmt.Sprint(codes(res)); got != "[421 550 421 421]" || res.Err != nil {
			t.Error(show(res))
		}
	})
}

// A refused MAIL decides for all; the 503 that RCPT then gets must not turn a
// temporary refusal into a bounce.
func TestRefusedMailDecides(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"451 4.7.1 later", "550 5.7.1 never"} {
		eachStyle(t, once(fakemx.Mail, code), func(t *testing.T, s *fakemx.Server, c *smtpclient.Conn) {
			res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test", "c@y.test"))
			if got := fmt.Sprint(codes(res)); got != "["+code[:3]+" "+code[:3]+"]" || res.Phases[0] != smtpclient.PhaseMail || res.Err != nil || !c.Usable() {
				t.Error(show(res))
			}
			if res = c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || codes(res)[0] != 250 {
				t.Errorf("the next message: %s", show(res))
			}
			if s.Connections() != 1 {
				t.Errorf("%d connections", s.Connections())
			}
		})
	}
}

// F-34: DATA refused settles those that RCPT accepted, and only those.
func TestDataRefused(t *testing.T) {
	t.Parallel()
	eachStyle(t, once(fakemx.Data, "451 4.3.0 later"), func(t *testing.T, _ *fakemx.Server, c *smtpclient.Conn) {
		res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test"))
		if codes(res)[0] != 451 || res.Phases[0] != smtpclient.PhaseData || res.Dotted || !c.Usable() {
			t.Error(show(res))
		}
		if res = c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || codes(res)[0] != 250 {
			t.Errorf("the next message: %s", show(res)) // needs RSET first
		}
	})
}

// F-35, F-12: a drop or reset anywhere is an error; only one after the dot leaves doubt.
func TestF35Drops(t *testing.T) {
	t.Parallel()
	good, _ := fakemx.Certificate(t, time.Hour, "mx.test")
	opening := map[fakemx.Phase]bool{fakemx.Connect: true, fakemx.Ehlo: true, fakemx.StartTLS: true, fakemx.Handshake: true}
	for _, phase := range []fakemx.Phase{
		fakemx.Connect, fakemx.Ehlo, fakemx.StartTLS, fakemx.Handshake, fakemx.Mail, fakemx.Rcpt, fakemx.Data, fakemx.Content, fakemx.Dot,
	} {
		for name, a := range map[string]fakemx.Action{"drop": {Drop: true}, "reset": {Reset: true}} {
			t.Run(string(phase)+" "+name, func(t *testing.T) {
				t.Parallel()
				s := fakemx.New(t, fakemx.Options{TLS: good, Script: fakemx.At(phase, a)})
				c, _, err := dial(t, s, smtpclient.Dialer{}, smtpclient.Opportunistic)
				if opening[phase] {
					if err == nil || errors.Is(err, smtpclient.ErrTLS) != (phase == fakemx.Handshake) {
						t.Fatalf("error %v", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				res := c.Send(t.Context(), message(contentFor(phase), "b@y.test"))
				if res.Err == nil || res.Dotted != (phase == fakemx.Dot) || res.Ambiguous() != res.Dotted || c.Usable() || codes(res)[0] != 0 {
					t.Errorf("%s, usable %v", show(res), c.Usable())
				}
				if strings.Contains(res.Err.Error(), "127.0.0.1") {
					t.Errorf("the error names an address: %v", res.Err)
				}
			})
		}
	}
}

// F-36: a tarpit has as long as an honest server, and not octet by octet anew.
func TestF36Tarpit(t *testing.T) {
	t.Parallel()
	for _, phase := range []fakemx.Phase{fakemx.Connect, fakemx.Ehlo, fakemx.Rcpt, fakemx.Dot} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			s := fakemx.New(t, fakemx.Options{Script: fakemx.At(phase, fakemx.Action{Drip: 50 * time.Millisecond, Reply: "250 " + strings.Repeat("z", 200)})})
			began := time.Now()
			d := smtpclient.Dialer{Name: "out.test", AllowPrivate: true, Timeouts: smtpclient.Timeouts{Greeting: 200 * time.Millisecond, Command: 200 * time.Millisecond, DataEnd: 200 * time.Millisecond}}
			c, _, err := d.Dial(t.Context(), "mx.test", loopback, s.Port(), smtpclient.Opportunistic)
			if err == nil {
				defer c.Close()
				res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test"))
				if err = res.Err; res.Dotted != (phase == fakemx.Dot) {
					t.Error(show(res))
				}
			}
			if took := time.Since(began); err == nil || err.Error() != "no answer in time" || took > 5*time.Second {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
}

// F-36: a server that stops reading is left after the block's time.
func TestF36ServerStopsReading(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: fakemx.At(fakemx.Content, fakemx.Action{Delay: time.Minute})})
	d := smtpclient.Dialer{Name: "out.test", AllowPrivate: true, Timeouts: smtpclient.Timeouts{DataBlock: 200 * time.Millisecond, Command: 200 * time.Millisecond}}
	c, _, err := d.Dial(t.Context(), "mx.test", loopback, s.Port(), smtpclient.Opportunistic)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	res := c.Send(t.Context(), message(contentFor(fakemx.Content), "b@y.test"))
	if res.Err == nil || res.Dotted {
		t.Error(show(res))
	}
}

// F-37: what is not SMTP ends the connection, temporarily, with bounded memory.
func TestF37NotSMTP(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"bare LF": "250 ok\n250 ok\r\n", "binary": "250 \x00\x01\r\n", "megabyte": "250 " + strings.Repeat("z", 1<<20) + "\r\n",
		"1000 lines": strings.Repeat("250-z\r\n", 1000), "no code": "hello\r\n", "code 999": "999 z\r\n", "mixed codes": "250-a\r\n550 b\r\n",
	} {
		for _, phase := range []fakemx.Phase{fakemx.Connect, fakemx.Mail, fakemx.Dot} {
			t.Run(name+" at "+string(phase), func(t *testing.T) {
				t.Parallel()
				s := fakemx.New(t, fakemx.Options{Script: fakemx.At(phase, fakemx.Action{Raw: raw})})
				c, tr, err := dial(t, s, smtpclient.Dialer{}, smtpclient.Opportunistic)
				if err == nil {
					defer c.Close()
					res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test"))
					if err, tr = res.Err, c.Transcript(); codes(res)[0] != 0 || c.Usable() {
						t.Error(show(res))
					}
				}
				if !errors.Is(err, reply.ErrMalformed) {
					t.Errorf("error %v", err)
				}
				size := 0
				for _, l := range tr.Lines {
					size += len(l.Text)
				}
				if size > 33<<10 {
					t.Errorf("%d octets of transcript", size)
				}
			})
		}
	}
}

// F-37: replies that nobody asked for must never count as the acceptance of a message.
func TestF37RepliesOutOfTurn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		phase fakemx.Phase
		raw   string
	}{
		"two for RCPT":       {fakemx.Rcpt, "250 a\r\n250 b\r\n"},
		"354 early":          {fakemx.Rcpt, "250 a\r\n354 b\r\n250 c\r\n"},
		"354 for MAIL":       {fakemx.Mail, "354 a\r\n"},
		"250 for DATA":       {fakemx.Data, "250 a\r\n"},
		"verdict with 354":   {fakemx.Data, "354 a\r\n250 b\r\n"},
		"354 for the dot":    {fakemx.Dot, "354 a\r\n"},
		"250 in the content": {fakemx.Content, "250 b\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachStyle(t, always(fakemx.At(c.phase, fakemx.Action{Raw: c.raw})), func(t *testing.T, s *fakemx.Server, conn *smtpclient.Conn) {
				res := conn.Send(t.Context(), message(contentFor(c.phase), "b@y.test"))
				if res.Err == nil || conn.Usable() || codes(res)[0] != 0 || len(s.Messages()) != 0 {
					t.Errorf("%s, %d messages", show(res), len(s.Messages()))
				}
			})
		})
	}
}

// RFC 2920 §3.1: a server that says 354 for nobody gets a lone dot, and both go on.
func TestGoAheadForNobody(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: func(p fakemx.Phase, arg string) fakemx.Action {
		switch {
		case p == fakemx.Rcpt && strings.Contains(arg, "no@"):
			return fakemx.Action{Reply: "550 5.1.1 no"}
		case p == fakemx.Data:
			return fakemx.Action{Reply: "354 go"}
		}
		return fakemx.Action{}
	}})
	c := mustDial(t, s)
	m := message("\r\nx\r\n", "no@y.test")
	m.BeforeDot = func() error { t.Error("BeforeDot was called for nobody"); return nil }
	if res := c.Send(t.Context(), m); codes(res)[0] != 550 || res.Dotted || res.Err != nil {
		t.Error(show(res))
	}
	if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); codes(res)[0] != 250 || s.Connections() != 1 {
		t.Errorf("the next message: %s", show(res))
	}
}

// A server that refuses within the content and closes has answered.
func TestRefusedWithinTheContent(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: fakemx.At(fakemx.Content, fakemx.Action{Reply: "550 5.7.1 spam"})})
	c := mustDial(t, s)
	res := c.Send(t.Context(), message(contentFor(fakemx.Content), "b@y.test"))
	// The reset that follows may overtake the reply; then the connection just broke.
	if res.Dotted || c.Usable() || res.Err == nil && codes(res)[0] != 550 {
		t.Error(show(res))
	}
}

// F-42: a server that answers and then closes has answered.
func TestF42CloseAfterTheVerdict(t *testing.T) {
	t.Parallel()
	s := fakemx.New(t, fakemx.Options{Script: fakemx.At(fakemx.Dot, fakemx.Action{Reply: "250 2.0.0 taken", Close: true})})
	c := mustDial(t, s)
	if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || codes(res)[0] != 250 {
		t.Error(show(res))
	}
	// The close is noticed before the next message is begun.
	if _, err := s.WaitFor(1, time.Second); err != nil {
		t.Fatal(err)
	}
	waitClosed(t, c)
	if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); !errors.Is(res.Err, smtpclient.ErrStale) || res.Dotted || len(s.Messages()) != 1 {
		t.Error(show(res))
	}
}

// waitClosed waits until the server's close is seen here; the error of a Send that
// came too early is the same one.
func waitClosed(t *testing.T, c *smtpclient.Conn) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Second); !smtpclient.Spoke(c); {
		if time.Now().After(deadline) {
			t.Fatal("the close was not seen")
		}
		time.Sleep(time.Millisecond)
	}
}

// An idle connection that the server ended, with 421 or without, in TLS or not, says
// nothing about the message that would have been next.
func TestIdleConnectionEnded(t *testing.T) {
	t.Parallel()
	good, _ := fakemx.Certificate(t, time.Hour, "mx.test")
	for name, config := range map[string]*tls.Config{"clear": nil, "TLS": good} {
		for _, last := range []fakemx.Action{{Raw: "250 2.0.0 taken\r\n421 4.4.2 idle\r\n", Close: true}, {Reply: "250 2.0.0 taken", Close: true}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := fakemx.New(t, fakemx.Options{TLS: config, Script: fakemx.At(fakemx.Dot, last)})
				c := mustDial(t, s)
				if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); res.Err != nil || codes(res)[0] != 250 {
					t.Fatal(show(res))
				}
				waitClosed(t, c)
				if res := c.Send(t.Context(), message("\r\nx\r\n", "b@y.test")); !errors.Is(res.Err, smtpclient.ErrStale) || codes(res)[0] != 0 {
					t.Error(show(res))
				}
			})
		}
	}
}

// When the context ends, the attempt ends, also when the end falls between two replies.
func TestContextCuts(t *testing.T) {
	t.Parallel()
	for _, phase := range []fakemx.Phase{fakemx.Connect, fakemx.Ehlo, fakemx.Mail, fakemx.Rcpt, fakemx.Data, fakemx.Dot} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := fakemx.New(t, fakemx.Options{Bare: true, Script: func(p fakemx.Phase, _ string) fakemx.Action {
				if p != phase {
					return fakemx.Action{}
				}
				cancel()
				return fakemx.Action{Delay: time.Minute}
			}})
			d := smtpclient.Dialer{Name: "out.test", AllowPrivate: true}
			began := time.Now()
			c, _, err := d.Dial(ctx, "mx.test", loopback, s.Port(), smtpclient.Opportunistic)
			if err == nil {
				defer c.Close()
				res := c.Send(ctx, message("\r\nx\r\n", "b@y.test"))
				if err = res.Err; res.Dotted != (phase == fakemx.Dot) || c.Usable() {
					t.Error(show(res))
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("error %v", err)
				}
			}
			if took := time.Since(began); err == nil || took > 10*time.Second {
				t.Errorf("%v after %s", err, took)
			}
		})
	}
}
