package smtpd

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"time"

	"smtpserver/app/mail/reply"
)

// session is one connection. Everything but the fields under mu belongs to its goroutine.
type session struct {
	srv  *Server
	raw  net.Conn // the TCP connection, where all deadlines are set
	conn net.Conn // raw, or TLS over it
	br   *bufio.Reader
	head headed // under br, while a session inside TLS is idle
	out  []byte // replies not written yet

	peer   Peer
	inTLS  bool
	hello  bool
	sender Sender
	env    *Envelope
	junk   int // commands in a row that brought nothing
	failed int // wrong passwords

	mu      sync.Mutex
	idle    time.Time // since when a command is awaited; zero: none is
	busy    bool      // between DATA and its reply
	ended   bool      // told to end when not busy
	cutOff  bool      // told to end now
	current Sender    // sender, for the watcher
}

// Ways to end a session after its last reply.
var (
	errEnd    = errors.New("smtpd: end of session")               // agreed, or nothing more can be said
	errHangUp = errors.New("smtpd: end of session, unread input") // the client may be in the middle of something
	errTold   = errors.New("smtpd: told to end")                  // by the server; the client hears of it
)

func newSession(s *Server, conn net.Conn, ip netip.Addr, implicit bool) *session {
	x := &session{srv: s, raw: conn, conn: conn, inTLS: implicit, peer: Peer{IP: ip}}
	if s.o.Open != nil {
		x.sender = s.o.Open()
	}
	x.borrow(conn)
	return x
}

// readers are reused: sessions come and go faster than the collector runs.
var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, inputBuffer) }}

// borrow takes a reader until free gives it back.
func (x *session) borrow(from io.Reader) {
	x.br, _ = readers.Get().(*bufio.Reader)
	x.br.Reset(from)
}

func (x *session) free() {
	x.br.Reset(nil)
	readers.Put(x.br)
	x.br = nil
}

func (x *session) run() {
	defer x.close()
	defer x.survive()
	if x.inTLS && x.handshake() != nil {
		return
	}
	x.converse()
}

// converse answers commands until one of them, or the connection, ends it.
func (x *session) converse() {
	x.reply(say(220, reply.Enhanced{}, x.srv.o.Hostname+" ESMTP ready"))
	for {
		line, err := x.readLine(x.lineLimit())
		if err == nil {
			err = x.command(line)
		}
		if err != nil {
			x.sayWhy(err)
			return
		}
	}
}

// survive turns a panic into the end of one session.
func (x *session) survive() {
	cause := recover()
	if cause == nil {
		return
	}
	x.srv.o.Log.Error("a session panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	x.reply(say(421, reply.Enhanced{4, 3, 0}, "internal trouble, closing"))
	_ = x.flush()
}

func (x *session) close() {
	x.mu.Lock()
	account := x.current
	x.current = nil
	x.mu.Unlock()
	if account != nil {
		x.srv.gate.leaveAccount(account.AccountID())
	}
	_ = x.conn.Close()
	x.free()
}

// sayWhy words the end of a session that the client did not ask for.
func (x *session) sayWhy(err error) {
	var wire net.Error
	timeout := errors.As(err, &wire) && wire.Timeout()
	hangUp := errors.Is(err, errHangUp)
	switch {
	case errors.Is(err, errTold), timeout && x.isEnded():
		x.reply(say(421, reply.Enhanced{4, 3, 2}, "closing, please connect again"))
	case errors.Is(err, errTooLong):
		x.reply(say(500, reply.Enhanced{5, 5, 2}, "line too long"))
		hangUp = true
	case errors.Is(err, errBareLF):
		x.reply(say(500, reply.Enhanced{5, 5, 2}, "a line ends in CRLF, not in LF alone"))
		hangUp = true
	case timeout:
		x.reply(say(421, reply.Enhanced{4, 4, 2}, "too slow, closing"))
	}
	if x.flush() == nil && hangUp {
		x.drain()
	}
}

// authenticated returns whose session it is, or nil; for the watcher.
func (x *session) authenticated() Sender {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.current
}

func (x *session) isEnded() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ended
}

// Ending from outside: a read deadline in the past wakes the session's goroutine,
// which says 421 and closes.

var past = time.Unix(1, 0)

func (x *session) endIfIdle() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	if !x.busy {
		_ = x.raw.SetReadDeadline(past)
	}
}

func (x *session) cut() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended, x.cutOff = true, true
	_ = x.raw.SetReadDeadline(past)
}

// hurry shortens the wait of an idle session: places have become rare (F-43).
func (x *session) hurry() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.idle.IsZero() && !x.ended {
		_ = x.raw.SetReadDeadline(x.idle.Add(x.srv.o.Timeouts.Busy))
	}
}

// setBusy marks the time between DATA and its reply, in which a shutdown waits.
// It reports false when the session was told to end before.
func (x *session) setBusy(busy bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.busy = busy
	return !x.ended
}
