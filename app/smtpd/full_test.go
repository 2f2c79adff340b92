package smtpd

import (
	"strings"
	"sync/atomic"
	"testing"
)

// F-23: no room is said before anything is offered, and is over by itself. What was
// begun before is still taken.
func TestF23NoRoom(t *testing.T) {
	t.Parallel()
	var full atomic.Bool
	w := newWorld(t, func(o *Options) { o.Full = full.Load })
	c := w.signedIn(t)
	c.say("MAIL FROM:<a@x.example>", "250")
	full.Store(true)
	c.say("RCPT TO:<r@y.example>", "250")
	c.say("DATA", "354")
	c.write(header + "\r\n.\r\n")
	c.want("250")
	c.say("MAIL FROM:<a@x.example>", "452 4.3.1")
	full.Store(false)
	c.say("MAIL FROM:<a@x.example>", "250")
	if n := len(w.messages()); n != 1 {
		t.Errorf("%d messages", n)
	}
}

// A server of reports asks for no password, offers none, and judges each recipient.
func TestOpenSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		sender, _ := o.Auth.(Sender)
		o.Open = func() Sender { return sender }
	})
	c := w.dial(t, true)
	c.want("220")
	if offers := c.say("EHLO mx.example", "250"); strings.Contains(offers, "AUTH") {
		t.Errorf("AUTH is offered: %s", offers)
	}
	c.say("AUTH PLAIN AHNob3AAc2VjcmV0", "503")
	c.say("MAIL FROM:<>", "250")
	c.say("RCPT TO:<nobody@y.example>", "550")
	c.say("RCPT TO:<r@y.example>", "250")
	c.say("DATA", "354")
	c.write(header + "\r\n.\r\n")
	c.want("250")
}
