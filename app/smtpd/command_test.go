package smtpd

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// S-20 and S-21: a chunk that was never offered is neither stored nor run.
func TestS20Chunks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, chunk := range []string{"BDAT 1000 LAST\r\nTRUNCATED half", "BDAT 5 WRONG\r\nNOOP\r\n", "BDAT 0 LAST\r\n", "BDAT -1\r\nNOOP\r\n", "BDAT 4294967296 LAST\r\nRSET\r\n", "BDAT\r\n", "BDAT 24 LAST\r\nMAIL FROM:<e@x.example>\r\n"} {
		for _, at := range []int{0, 1, 2} { // before MAIL, before RCPT, where it would count
			c := w.signedIn(t)
			for _, line := range []string{"MAIL FROM:<a@x.example>", "RCPT TO:<b@y.example>"}[:at] {
				c.say(line, "250")
			}
			c.write(chunk)
			c.want("502 5.5.1")
			c.gone()
		}
	}
	if len(w.messages()) != 0 {
		t.Errorf("stored %q", w.messages())
	}
}

// S-22: command lines at and over their limits, with CRLF.
func TestS22CommandLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	pad := func(start string, octets int) string {
		return start + strings.Repeat("x", octets-2-len(start)-len("@y.example>")) + "@y.example>"
	}
	for _, c := range []struct{ line, want string }{
		{pad("NOOP ", 512), "250"}, {pad("NOOP ", 513), "500 5.5.2"}, {pad("NOOP ", 2000), "500 5.5.2"}, {pad("NOOP ", 2001), "500 5.5.2"}, {pad("EHLO ", 5000), "500 5.5.2"},
		{pad("RCPT TO:<", 513), "501"}, {pad("RCPT TO:<", 2048), "501"}, {pad("RCPT TO:<", 2049), "500 5.5.2"}, {pad("XYZZY", 700), "500 5.5.2"},
		{pad("NOOP ", 4096), "500 5.5.2"}, {pad("NOOP ", 1<<20), "500 5.5.2"},
	} {
		s := w.signedIn(t)
		s.say("MAIL FROM:<a@x.example>", "250")
		s.say(c.line, c.want)
		if strings.HasPrefix(c.want, "500") {
			s.gone()
		}
	}
	c := w.dial(t, false)
	c.want("220")
	c.write(strings.Repeat("x", 100_000)) // and never an end
	c.want("500 5.5.2")
	c.gone()
}

// RFC 5321 §2.3.8: only CRLF ends a command.
func TestCommandsEndInCRLF(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, line := range []string{"NOOP\nNOOP\r\n", "NOOP\n\r\n", "\n"} {
		c := w.signedIn(t)
		c.write(line)
		c.want("500 5.5.2")
		c.gone()
	}
	c := w.signedIn(t)
	for _, line := range []string{"NO\rOP", "NOOP \x00", "NOOP \x1b[2J", "NOOP \x7f", "NOOP \xff"} {
		c.say(line, "500 5.5.2")
	}
	c.say("NOOP zuverlässig", "250")
}

// S-26: a whole session in one packet is answered in order.
func TestS26Pipelining(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	c.write("MAIL FROM:<a@x.example>\r\nRCPT TO:<nobody@y.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n" + header + "hi\r\n.\r\nNOOP\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<nobody@y.example>\r\nDATA\r\nQUIT\r\nNOOP\r\n")
	for _, want := range []string{"250 2.1.0", "550 5.7.1", "250 2.1.5", "354", "250 2.0.0 queued", "250", "250", "550", "554 5.5.1", "221"} {
		c.want(want)
	}
	c.gone()
	if len(w.messages()) != 1 {
		t.Error("not exactly one message")
	}
	c = w.signedIn(t)
	c.write("NOOP\r\nNO") // half a command must not hold back the reply to the one before
	c.want("250")
	c.write("OP\r\n")
	c.want("250")
}

// S-26: data before the banner is answered like any other.
func TestS26EarlyTalker(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, false)
	c.write("EHLO c.test\r\nQUIT\r\n")
	c.want("220")
	c.want("250")
	c.want("221")
	c.gone()
}

// RFC 2920 §3.2: the replies to a pipelined group leave together.
func TestS26RepliesAreBatched(t *testing.T) {
	t.Parallel()
	conn := &feed{in: bytes.NewReader([]byte("EHLO c.test\r\nAUTH PLAIN AHNob3AAc2VjcmV0\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nRCPT TO:<c@y.example>\r\nNOOP\r\nQUIT\r\n")), piece: 4096}
	x := newSession(quietServer(&memory{}), conn, netip.Addr{}, false)
	x.inTLS = true
	x.converse()
	x.close()
	// The greeting; then everything.
	if conn.writes != 2 || !strings.HasSuffix(conn.out.String(), "221 2.0.0 bye\r\n") {
		t.Errorf("%d writes: %q", conn.writes, conn.out.String())
	}
}

// S-26: what is sent behind STARTTLS in the clear is never run.
func TestS26CommandsInjectedBeforeTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, false)
	c.want("220")
	c.say("EHLO c.test", "250")
	c.write("STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n")
	c.want("501")
	c.gone()
	c = w.dial(t, false)
	c.want("220")
	c.say("STARTTLS", "220")
	c.write("EHLO evil.test\r\n") // instead of a handshake
	if got := c.read(); strings.Contains(got, "250") {
		t.Errorf("clear text was answered %q", got)
	}
}

// RFC 3207: TLS begins a new session, and begins once.
func TestStartTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, false)
	c.want("220")
	if got := c.say("EHLO c.test", "250"); strings.Contains(got, "AUTH") || strings.Contains(got, "CHUNKING") || strings.Contains(got, "BINARYMIME") || !strings.Contains(got, "250-SIZE 1048576\r\n") {
		t.Errorf("offered in the clear: %q", got)
	}
	c.say("STARTTLS now", "501")
	c.say("STARTTLS", "220 2.0.0")
	sealed := tls.Client(c.conn, w.tls)
	c = &client{t, sealed, newConnReader(sealed)}
	c.say("MAIL FROM:<a@x.example>", "503")
	if got := c.say("EHLO c.test", "250"); strings.Contains(got, "STARTTLS") || !strings.Contains(got, "250 AUTH PLAIN LOGIN\r\n") {
		t.Errorf("offered in TLS: %q", got)
	}
	c.say("STARTTLS", "503 5.5.1")
	c.say("AUTH PLAIN AHNob3AAc2VjcmV0", "235")
	c.begin()
	c.write(header + "\r\n.\r\n")
	c.want("250")
	if p := w.envs[0].Peer; p.Name != "c.test" || !strings.HasPrefix(p.TLS, "TLS 1.3 TLS_") || p.IP != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("peer %+v", p)
	}
	old := w.tls.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if conn, err := tls.Dial("tcp", w.sealed, old); err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// S-27: other protocols get at most one reply, and the end, quickly.
func TestS27OtherProtocols(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, hello := range map[string]string{
		"GET": "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST": "POST / HTTP/1.1\r\n\r\nEHLO x\r\nMAIL FROM:<a@x.example>\r\n", "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"SSH": "SSH-2.0-OpenSSH_9\r\n", "TLS": "\x16\x03\x01\x02\x00\x01", "Redis": "*1\r\n$4\r\nPING\r\n",
	} {
		c := w.dial(t, false)
		c.want("220")
		began := time.Now()
		c.write(hello)
		first, second := c.read(), c.read()
		if second != "" || first != "" && !strings.HasPrefix(first, "421") || time.Since(began) > time.Second {
			t.Errorf("%s: %q, then %q after %v", name, first, second, time.Since(began))
		}
	}
	conn, err := net.Dial("tcp", w.sealed) // clear text where TLS is spoken
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t, conn, newConnReader(conn)}
	t.Cleanup(func() { _ = conn.Close() })
	c.write("EHLO c.test\r\n")
	if got := c.read(); strings.Contains(got, "250") || strings.Contains(got, "220") {
		t.Errorf("clear text was answered %q", got)
	}
}

// S-28: EHLO arguments are judged, and never echoed.
func TestS28Hello(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.dial(t, false)
	c.want("220 mail.test ESMTP")
	for _, name := range []string{"", " ", strings.Repeat("a", 300), "a b", "a\rb", "ü", "😀", "a<script>", "a\tb", "a;b"} {
		if got := c.say("EHLO "+name, "50"); strings.TrimSpace(name) != "" && strings.Contains(got, name) {
			t.Errorf("%q is echoed", name)
		}
	}
	for _, name := range []string{"[127.0.0.1]", "[IPv6:::1]", "c_d.test", "mail.test", "localhost", strings.Repeat("a", 255)} {
		if got := c.say("EHLO "+name, "250"); name != "mail.test" && strings.Contains(got, name) {
			t.Errorf("%q is echoed", name)
		}
	}
	if got := c.say("HELO c.test", "250"); got != "250 mail.test\r\n" {
		t.Errorf("HELO: %q", got)
	}
}

// S-29: unknown and useless commands, and the end of patience.
func TestS29Junk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	for line, want := range map[string]string{
		"VRFY a": "252", "EXPN a": "502", "HELP": "502", "TURN": "502", "ETRN x": "502", "XYZZY": "500", "": "500", " NOOP": "500", "RCPT TO:<b@y.example>": "503", "DATA": "503",
		"STARTTLSFOO": "500", "MAIL": "501", "MAIL FROM": "501", "MAIL TO:<a@x.example>": "501", "RSET x": "501", "MAILFROM:<a@x.example>": "500",
	} {
		c.say(line, want)
	}
	c.say("mail from:<a@x.example>", "250")
	c.say("MAIL FROM:<a@x.example>", "503")
	c.say("rcpt to: <b@y.example>", "250") // a space that many send
	c.say("DATA x", "501")
	c.say("RSET", "250")
	c.say("DATA", "503")
	for _, junk := range []string{"NOOP", "RSET", "VRFY x", "XYZZY", "EHLO c.test", "MAIL FROM:<a@b@c>", "AUTH PLAIN"} {
		c := w.signedIn(t)
		var sent strings.Builder
		for range maxJunk + 1 {
			sent.WriteString(junk + "\r\n")
		}
		c.write(sent.String())
		replies, last := 0, ""
		for got := c.read(); got != ""; got = c.read() {
			replies, last = replies+1, got
		}
		if !strings.HasPrefix(last, "421 4.7.0") || replies < maxJunk {
			t.Errorf("%s: %d replies, the last %q", junk, replies, last)
		}
	}
	for range 3 { // a message makes good for what came before
		c = w.signedIn(t)
		for i := range 3 * maxJunk / 2 {
			c.say(fmt.Sprintf("NOOP %d", i), "250")
			if i%50 == 49 {
				c.begin()
				c.write(header + "\r\n.\r\n")
				c.want("250")
			}
		}
	}
}
