package smtpd

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"smtpserver/app/mail/reply"
)

// Bounds of a session.
const (
	maxCommand  = 2048  // octets of a command line; RFC 5321 asks for 512 plus parameters
	maxAuthLine = 12288 // RFC 4954 §4
	maxJunk     = 100   // commands that bring nothing
)

// tlsRecord is the first octet of a TLS handshake (RFC 8446 §5.1).
const tlsRecord = 0x16

// session is one connection. Everything but the fields under mu belongs to its goroutine.
type session struct {
	srv  *Server
	conn net.Conn
	br   *bufio.Reader
	out  []byte // replies not written yet

	peer   Peer
	inTLS  bool
	hello  bool
	sender Sender
	env    *Envelope
	junk   int
	failed int // wrong passwords

	mu      sync.Mutex
	busy    bool // between DATA and its reply
	ended   bool // told to end: the deadline is past
	current Sender
	raw     net.Conn
}

func newSession(s *Server, conn net.Conn, ip netip.Addr, implicit bool) *session {
	x := &session{srv: s, conn: conn, raw: conn, peer: Peer{IP: ip}}
	if implicit {
		x.conn, x.inTLS = tls.Server(conn, s.o.TLS), true
	}
	x.br = bufio.NewReaderSize(x.conn, 4<<10)
	return x
}

// errEnd ends a session after its last reply is written.
var errEnd = errors.New("smtpd: end of session")

func (x *session) run() {
	defer func() {
		if cause := recover(); cause != nil {
			x.srv.o.Log.Error("a session panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			x.reply(say(421, reply.Enhanced{4, 3, 0}, "internal trouble, closing"))
			_ = x.flush()
		}
		_ = x.conn.Close()
	}()
	if x.inTLS && x.handshake() != nil {
		return
	}
	x.reply(say(220, reply.Enhanced{}, x.srv.o.Hostname+" ESMTP ready"))
	for {
		line, err := x.readLine(x.lineLimit())
		if err == nil {
			err = x.command(line)
		}
		if err != nil {
			x.sayWhy(err)
			_ = x.flush()
			return
		}
	}
}

// lineLimit is longer where AUTH with an initial response may come.
func (x *session) lineLimit() int {
	if x.inTLS && x.sender == nil {
		return maxAuthLine
	}
	return maxCommand
}

// sayWhy words the end of a session that the client did not ask for.
func (x *session) sayWhy(err error) {
	var timeout net.Error
	switch {
	case x.isEnded():
		x.reply(say(421, reply.Enhanced{4, 3, 2}, "closing, please connect again"))
		_ = x.conn.SetWriteDeadline(time.Now().Add(time.Second))
	case errors.Is(err, errTooLong):
		x.reply(say(500, reply.Enhanced{5, 5, 2}, "line too long"))
	case errors.As(err, &timeout) && timeout.Timeout():
		x.reply(say(421, reply.Enhanced{4, 4, 2}, "idle for too long, closing"))
	}
}

func (x *session) handshake() error {
	conn, ok := x.conn.(*tls.Conn)
	if !ok {
		return errors.New("smtpd: not a TLS connection")
	}
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if err := conn.Handshake(); err != nil {
		return err
	}
	state := conn.ConnectionState()
	x.peer.TLS = tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite)
	return conn.SetDeadline(time.Time{})
}

var errTooLong = errors.New("smtpd: line too long")

// readLine reads one command. Pending replies leave only when the client has sent
// nothing more, so that a pipelined group is answered in one write (RFC 2920 §3.2).
// The deadline is for the whole line: one octet at a time earns no more of it.
func (x *session) readLine(limit int) (string, error) {
	if x.br.Buffered() == 0 {
		if err := x.flush(); err != nil {
			return "", err
		}
	}
	if err := x.armIdle(); err != nil {
		return "", err
	}
	if first, err := x.br.Peek(1); err == nil && !x.inTLS && !x.hello && first[0] == tlsRecord {
		return "", errEnd // a TLS client at the clear port understands no reply of ours (S-27)
	}
	var line []byte
	for {
		part, err := x.br.ReadSlice('\n')
		if len(line)+len(part) > limit {
			return "", errTooLong
		}
		line = append(line, part...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return "", err
		}
		break
	}
	text := strings.TrimSuffix(string(line), "\n")
	return strings.TrimSuffix(text, "\r"), nil
}

func (x *session) armIdle() error {
	wait := x.srv.o.Timeouts.Idle
	if x.srv.gate.crowded() {
		wait = x.srv.o.Timeouts.Busy
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return errEnd
	}
	return x.conn.SetReadDeadline(time.Now().Add(wait))
}

func (x *session) reply(r *reply.Reply) { x.out = r.Append(x.out) }

func (x *session) flush() error {
	if len(x.out) == 0 {
		return nil
	}
	if err := x.conn.SetWriteDeadline(time.Now().Add(x.srv.o.Timeouts.Window)); err != nil {
		return err
	}
	_, err := x.conn.Write(x.out)
	x.out = x.out[:0]
	return err
}

// refuse answers a command that brings nothing; too many of them end the session.
func (x *session) refuse(r *reply.Reply) error {
	x.reply(r)
	x.srv.o.Metrics.Refused(r.Code)
	return x.countJunk()
}

func (x *session) countJunk() error {
	if x.junk++; x.junk > maxJunk {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many commands without a message, closing"))
		return errEnd
	}
	return nil
}

// command runs one command line.
func (x *session) command(line string) error {
	for i := range len(line) {
		if line[i] < ' ' && line[i] != '\t' || line[i] == 0x7f {
			return x.refuse(say(500, reply.Enhanced{5, 5, 2}, "control character in a command"))
		}
	}
	verb, arg, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO", "HELO":
		return x.ehlo(strings.ToUpper(verb) == "EHLO", arg)
	case "STARTTLS":
		return x.startTLS(arg)
	case "AUTH":
		return x.auth(arg)
	case "MAIL":
		return x.mail(arg)
	case "RCPT":
		return x.rcpt(arg)
	case "DATA":
		return x.data(arg)
	case "RSET":
		x.env = nil
		x.reply(say(250, reply.Enhanced{2, 0, 0}, "reset"))
		return x.countJunk()
	case "NOOP":
		x.reply(say(250, reply.Enhanced{2, 0, 0}, "ok"))
		return x.countJunk()
	case "QUIT":
		x.reply(say(221, reply.Enhanced{2, 0, 0}, "bye"))
		return errEnd
	case "VRFY":
		return x.refuse(say(252, reply.Enhanced{2, 5, 0}, "send some mail and see"))
	case "EXPN", "HELP", "TURN", "BDAT", "ETRN":
		return x.refuse(say(502, reply.Enhanced{5, 5, 1}, "not implemented"))
	case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "PATCH":
		// A web client, or a web page made to speak SMTP: everything it says is hostile (S-27).
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "this is a mail server"))
		return errEnd
	}
	if !x.hello && !isWord(verb) {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "this is a mail server"))
		return errEnd
	}
	return x.refuse(say(500, reply.Enhanced{5, 5, 2}, "unknown command"))
}

func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}

func (x *session) ehlo(extended bool, arg string) error {
	name := strings.TrimSpace(arg)
	if !validHello(name) {
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "give your host name or address literal"))
	}
	x.peer.Name, x.hello, x.env = name, true, nil // RFC 5321 §4.1.4: EHLO also resets
	if !extended {
		x.reply(say(250, reply.Enhanced{}, x.srv.o.Hostname))
		return nil
	}
	lines := []string{x.srv.o.Hostname, "PIPELINING", fmt.Sprintf("SIZE %d", x.srv.o.MaxMessage), "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN"}
	if x.inTLS {
		lines = append(lines, "AUTH PLAIN LOGIN")
	} else {
		lines = append(lines, "STARTTLS") // RFC 8314: no AUTH in the clear
	}
	x.reply(&reply.Reply{Code: 250, Lines: lines})
	return nil
}

// validHello accepts what programs really send — names with underscores, single
// labels, literals — and nothing that could confuse a log or a reader.
func validHello(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_[]:", r)
	})
}

func (x *session) startTLS(arg string) error {
	switch {
	case strings.TrimSpace(arg) != "":
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "STARTTLS takes no parameters"))
	case x.inTLS:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "TLS is already on"))
	case x.br.Buffered() > 0:
		// Commands sent behind STARTTLS in the clear could be an attacker's (RFC 3207 §6).
		x.reply(say(501, reply.Enhanced{5, 5, 1}, "wait for the reply to STARTTLS"))
		return errEnd
	}
	x.reply(say(220, reply.Enhanced{2, 0, 0}, "ready to start TLS"))
	if err := x.flush(); err != nil {
		return err
	}
	x.mu.Lock()
	x.conn = tls.Server(x.conn, x.srv.o.TLS)
	x.mu.Unlock()
	x.inTLS, x.hello, x.env, x.sender = true, false, nil, nil
	x.peer.Name = ""
	x.br.Reset(x.conn)
	return x.handshake()
}

// Ending from outside: a past read deadline wakes the session's goroutine, which
// says 421 and closes.

func (x *session) endIfIdle() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	if !x.busy {
		_ = x.raw.SetReadDeadline(time.Unix(1, 0))
	}
}

func (x *session) cut() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	_ = x.raw.SetDeadline(time.Unix(1, 0))
}

func (x *session) endIfRevoked() {
	x.mu.Lock()
	sender := x.current
	x.mu.Unlock()
	if sender == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := sender.Valid(ctx); err != nil && !isOurs(err) {
		x.endIfIdle()
	}
}

func (x *session) isEnded() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ended
}

// setBusy marks the time between DATA and its reply, in which a shutdown waits.
// It reports false when the session was told to end before.
func (x *session) setBusy(busy bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.busy = busy
	return !x.ended
}
