package smtpd

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"smtpserver/app/mail/reply"
)

var (
	errTooLong = errors.New("smtpd: line too long")
	errBareLF  = errors.New("smtpd: line ends in a bare LF")
)

// tlsRecord is the first octet of a TLS handshake (RFC 8446 §5.1).
const tlsRecord = 0x16

// readLine reads one command, without its CRLF. Pending replies leave only when no
// whole command is waiting, so that a pipelined group is answered in one write
// (RFC 2920 §3.2). The deadline is for the whole line: one octet at a time earns no
// more of it (F-44).
func (x *session) readLine(limit int) (string, error) {
	if !x.lineWaits() {
		if err := x.flush(); err != nil {
			return "", err
		}
	}
	if err := x.armIdle(); err != nil {
		return "", err
	}
	defer x.disarm()
	if !x.inTLS && !x.hello {
		if first, err := x.br.Peek(1); err == nil && first[0] == tlsRecord {
			return "", errEnd // a TLS client at the clear port understands no reply of ours (S-27)
		}
	}
	if x.inTLS && x.br.Buffered() == 0 {
		if err := x.waitBare(); err != nil {
			return "", err
		}
	}
	line, err := x.br.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line, err = x.readLong(bytes.Clone(line), limit)
	}
	switch {
	case err != nil:
		return "", err
	case len(line) > limit:
		return "", errTooLong
	case len(line) < 2 || line[len(line)-2] != '\r':
		// RFC 5321 §2.3.8: nothing but CRLF ends a line. Who sends something else is
		// no mail program, and where its next command begins is anybody's guess.
		return "", errBareLF
	}
	return string(line[:len(line)-2]), nil
}

// waitBare waits for the first octet of a command without holding a buffer: thousands of
// sessions are idle inside TLS, which needs memory enough of its own (F-43).
func (x *session) waitBare() error {
	x.free()
	x.head.rest = x.conn
	_, err := io.ReadFull(x.conn, x.head.octet[:])
	x.head.held = err == nil
	x.borrow(&x.head)
	return err
}

// headed reads one octet that came before the rest.
type headed struct {
	octet [1]byte
	held  bool
	rest  io.Reader
}

func (h *headed) Read(b []byte) (int, error) {
	if h.held && len(b) > 0 {
		h.held = false
		return copy(b, h.octet[:]), nil
	}
	return h.rest.Read(b)
}

// readLong goes on with a line that is longer than the buffer.
func (x *session) readLong(line []byte, limit int) ([]byte, error) {
	for len(line) <= limit {
		part, err := x.br.ReadSlice('\n')
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
	return nil, errTooLong
}

// lineLimit is longer where AUTH with an initial response may come.
func (x *session) lineLimit() int {
	if x.inTLS && x.sender == nil {
		return maxAuthLine
	}
	return maxCommand
}

func (x *session) lineWaits() bool { return bytes.IndexByte(x.waiting(), '\n') >= 0 }

// waiting is what was received and not read yet.
func (x *session) waiting() []byte {
	b, err := x.br.Peek(x.br.Buffered())
	if err != nil {
		return nil // cannot be: Peek of what is there
	}
	return b
}

// armIdle gives the client time for a command, unless the session was told to end.
func (x *session) armIdle() error {
	wait := x.srv.o.Timeouts.Idle
	if x.srv.gate.crowded() {
		wait = x.srv.o.Timeouts.Busy
	}
	now := time.Now()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return errTold
	}
	x.idle = now
	return x.raw.SetReadDeadline(now.Add(wait))
}

func (x *session) disarm() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.idle = time.Time{}
}

// armUntil sets the deadline of reads that a shutdown lets finish.
func (x *session) armUntil(deadline time.Time) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cutOff {
		return errTold
	}
	return x.raw.SetReadDeadline(deadline)
}

func (x *session) reply(r *reply.Reply) { x.out = r.Append(x.out) }

// flush writes the pending replies.
func (x *session) flush() error {
	if len(x.out) == 0 {
		return nil
	}
	wait := x.srv.o.Timeouts.Window
	if x.isEnded() {
		wait = lastWords / 2
	}
	if err := x.raw.SetWriteDeadline(time.Now().Add(wait)); err != nil {
		return err
	}
	_, err := x.conn.Write(x.out)
	if x.out = x.out[:0]; cap(x.out) > inputBuffer {
		x.out = nil
	}
	return err
}

// drain reads on for a moment before a connection is closed with input unread: the
// reset that the system sends for it could overtake our last reply.
func (x *session) drain() {
	const most = 1 << 20
	if c, ok := x.conn.(*tls.Conn); ok {
		_ = c.CloseWrite() // close_notify: our last reply is whole
	}
	if c, ok := x.raw.(*net.TCPConn); ok && c.CloseWrite() == nil && x.armUntil(time.Now().Add(time.Second)) == nil {
		_, _ = io.CopyN(io.Discard, x.raw, most)
	}
}

// apart runs f on a goroutine of its own. A handshake needs much stack, and a stack that
// has grown stays large for long: an idle session is not to keep it (F-43).
func apart(f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return <-done
}

// handshake runs TLS over the connection.
func (x *session) handshake() error {
	wait := x.srv.o.Timeouts.Handshake
	if x.srv.gate.crowded() {
		wait = min(wait, x.srv.o.Timeouts.Busy)
	}
	deadline := time.Now().Add(wait)
	conn := tls.Server(x.raw, x.srv.o.TLS)
	x.conn = conn
	x.br.Reset(conn)
	x.mu.Lock()
	ended := x.ended
	err := x.raw.SetDeadline(deadline)
	x.mu.Unlock()
	if ended {
		return errEnd
	}
	if err == nil {
		err = apart(conn.Handshake)
	}
	if err != nil {
		return err
	}
	state := conn.ConnectionState()
	x.peer.TLS = tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite)
	return nil
}
