package smtpd

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// S-40: each line is one fresh session after EHLO in TLS; commands and codes in turn.
func TestS40Auth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, dialog := range map[string][]string{
		"PLAIN":                        {"AUTH PLAIN " + b64("\x00shop\x00secret"), "235 2.7.0"},
		"PLAIN asked":                  {"auth plain", "334 ", b64("\x00shop\x00secret"), "235"},
		"LOGIN":                        {"AUTH LOGIN", "334 VXNlcm5hbWU6", b64("shop"), "334 UGFzc3dvcmQ6", b64("secret"), "235"},
		"LOGIN with initial":           {"AUTH LOGIN " + b64("shop"), "334 UGFzc3dvcmQ6", b64("secret"), "235"},
		"S-42 authzid the same":        {"AUTH PLAIN " + b64("shop\x00shop\x00secret"), "235"},
		"S-42 authzid of another":      {"AUTH PLAIN " + b64("other\x00shop\x00secret"), "535 5.7.8"},
		"S-42 asked":                   {"AUTH PLAIN", "334", b64("other\x00shop\x00secret"), "535 5.7.8"},
		"wrong password":               {"AUTH PLAIN " + b64("\x00shop\x00wrong"), "535 5.7.8", "MAIL FROM:<a@x.example>", "530 5.7.0"},
		"unknown user":                 {"AUTH PLAIN " + b64("\x00nobody\x00secret"), "535 5.7.8"},
		"empty user and password":      {"AUTH PLAIN " + b64("\x00\x00"), "535 5.7.8"},
		"empty LOGIN":                  {"AUTH LOGIN =", "334", "", "535"},
		"NUL in LOGIN":                 {"AUTH LOGIN " + b64("shop\x00"), "334", b64("secret"), "535 5.7.8"},
		"broken UTF-8":                 {"AUTH PLAIN " + b64("\x00sh\xffop\x00secret"), "535 5.7.8"},
		"no text at all":               {"AUTH PLAIN =", "501"},
		"two NULs too many":            {"AUTH PLAIN " + b64("\x00shop\x00secret\x00"), "501"},
		"bad base64":                   {"AUTH PLAIN !!!", "501 5.5.2", "NOOP", "250"},
		"base64 without padding":       {"AUTH PLAIN " + strings.TrimRight(b64("\x00shop\x00secret1"), "="), "501"},
		"base64 with CR":               {"AUTH LOGIN", "334", "c2hv\rcA==", "501"},
		"bad base64 asked":             {"AUTH LOGIN", "334", "!", "501"},
		"cancelled":                    {"AUTH PLAIN", "334", "*", "501 5.0.0", "AUTH PLAIN " + b64("\x00shop\x00secret"), "235"},
		"cancelled late":               {"AUTH LOGIN " + b64("shop"), "334", "*", "501"},
		"cancelled at once":            {"AUTH PLAIN *", "501"},
		"twice":                        {"AUTH PLAIN " + b64("\x00shop\x00secret"), "235", "AUTH PLAIN " + b64("\x00shop\x00secret"), "503 5.5.1"},
		"after MAIL":                   {"AUTH PLAIN " + b64("\x00shop\x00secret"), "235", "MAIL FROM:<a@x.example>", "250", "AUTH LOGIN", "503"},
		"unknown mechanism":            {"AUTH CRAM-MD5", "504 5.5.4"},
		"no mechanism":                 {"AUTH", "501 5.5.4"},
		"our fault":                    {"AUTH PLAIN " + b64("\x00broken\x00x"), "454 4.7.0", "NOOP", "250"},
		"too many failures elsewhere":  {"AUTH PLAIN " + b64("\x00limited\x00x"), "421 4.7.0", "", ""},
		"9000 octets":                  {"AUTH PLAIN " + b64("\x00shop\x00"+strings.Repeat("x", 9000)), "535"},
		"13,000 octets":                {"AUTH PLAIN " + strings.Repeat("A", 13000), "500 5.5.2"},
		"13,000 octets asked":          {"AUTH PLAIN", "334", strings.Repeat("A", 13000), "500 5.5.2"},
		"EHLO after AUTH keeps it":     {"AUTH PLAIN " + b64("\x00shop\x00secret"), "235", "EHLO again.test", "250", "MAIL FROM:<a@x.example>", "250"},
		"a long line after AUTH":       {"AUTH PLAIN " + b64("\x00shop\x00secret"), "235", "AUTH PLAIN " + strings.Repeat("A", 3000), "500"},
		"a command is no response":     {"AUTH LOGIN", "334", "MAIL FROM:<a@x.example>", "501"},
		"a bare line feed in response": {"AUTH LOGIN", "334", "c2hvcA==\nc2VjcmV0", "500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := w.dial(t, true)
			c.want("220")
			c.say("EHLO c.test", "250")
			for i := 0; i < len(dialog); i += 2 {
				c.say(dialog[i], dialog[i+1])
			}
		})
	}
}

func TestS40AuthNeedsTLSAndHello(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, false)
	c.want("220")
	c.say("AUTH PLAIN "+b64("\x00shop\x00secret"), "538 5.7.11")
	c.say("EHLO c.test", "250")
	c.say("AUTH LOGIN", "538 5.7.11")
	c.say("MAIL FROM:<a@x.example>", "530 5.7.0")
	c = w.dial(t, true)
	c.want("220")
	c.say("AUTH PLAIN "+b64("\x00shop\x00secret"), "503 5.5.1")
	c.say("MAIL FROM:<a@x.example>", "503")
}

// S-41: each wrong password on a connection takes longer, and the third ends it,
// wishes to be somebody else included.
func TestS41BruteForce(t *testing.T) {
	t.Parallel()
	const delay = 40 * time.Millisecond
	w := newWorld(t, func(o *Options) { o.Timeouts.AuthDelay = delay })
	c := w.dial(t, true)
	c.want("220")
	c.say("EHLO c.test", "250")
	began := time.Now()
	for _, guess := range []string{"\x00shop\x00wrong", "other\x00shop\x00secret", "\x00shop\x00guess"} {
		c.say("AUTH PLAIN "+b64(guess), "535")
	}
	if took := time.Since(began); took < 7*delay {
		t.Errorf("three guesses took %v, want %v at least", took, 7*delay)
	}
	c.want("421 4.7.0")
	c.gone()
	if n := w.counts.get("auth failed"); n != 3 {
		t.Errorf("%d failures counted", n)
	}
	w.signedIn(t).say("NOOP", "250") // others don't notice
}

// S-43: a revoked credential dies in open sessions: at MAIL, before storing, and idle.
func TestS43Revocation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Timeouts.Valid = time.Hour })
	atMail, atDot := w.signedIn(t), w.signedIn(t)
	atDot.begin()
	w.mu.Lock()
	w.revoked = true
	w.mu.Unlock()
	atMail.say("MAIL FROM:<a@x.example>", "535 5.7.8")
	atMail.gone()
	atDot.write(header + "\r\n.\r\n")
	atDot.want("535")
	atDot.gone()
	if len(w.messages()) != 0 {
		t.Error("a revoked credential sent")
	}
}

func TestS43RevocationEndsIdleSessions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Timeouts.Valid = 10 * time.Millisecond })
	idle, stranger := w.signedIn(t), w.dial(t, false)
	stranger.want("220")
	w.mu.Lock()
	w.trouble = errors.New("database is locked")
	w.mu.Unlock()
	time.Sleep(50 * time.Millisecond) // some looks, which must not end anything
	idle.say("NOOP", "250")
	w.mu.Lock()
	w.revoked = true
	w.mu.Unlock()
	idle.want("421 4.3.2")
	idle.gone()
	stranger.say("NOOP", "250")
}

// One account cannot take all places, and gives back what it took.
func TestPlacesOfAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.MaxPerAccount = 2 })
	first := w.signedIn(t)
	w.signedIn(t)
	third := w.dial(t, true)
	third.want("220")
	third.say("EHLO c.test", "250")
	third.say("AUTH PLAIN AHNob3AAc2VjcmV0", "421 4.7.0")
	third.gone()
	first.say("QUIT", "221")
	first.gone()
	eventually(t, "the place is free again", func() bool {
		c := w.dial(t, true)
		c.read()
		c.say("EHLO c.test", "250")
		c.write("AUTH PLAIN AHNob3AAc2VjcmV0\r\n")
		return strings.HasPrefix(c.read(), "235")
	})
}
