package sink

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

const (
	bufferSize  = 64 << 10
	idleTimeout = 10 * time.Minute
	maxSize     = "52428800"
)

// session serves one connection. Unread octets are input[start:end].
type session struct {
	server     *Server
	conn       net.Conn
	delay      time.Duration
	input      []byte
	start, end int
	out        []byte
	secure     bool
	quit       bool

	recipients int
	envelope   []byte // recipients, comma separated; only when recording
	content    content
}

func newSession(s *Server, conn net.Conn, delay time.Duration) *session {
	return &session{server: s, conn: conn, delay: delay, input: make([]byte, bufferSize), content: content{wantID: s.options.Record != nil}}
}

// run talks until the peer leaves. What it ends with is of no interest: a peer
// that breaks off left no message behind.
func (s *session) run() {
	if s.reply("220 sink.bench.example ESMTP\r\n") != nil {
		return
	}
	for !s.quit {
		line, err := s.line()
		if err != nil {
			return
		}
		if err := s.command(line); err != nil {
			return
		}
	}
	_ = s.flush()
}

var errLine = errors.New("sink: command line too long")

// line returns the next command without its line end, valid until the next read.
func (s *session) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(s.input[s.start:s.end], '\n'); i >= 0 {
			line := s.input[s.start : s.start+i]
			s.start += i + 1
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		if s.end-s.start >= bufferSize/2 {
			return nil, errLine
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// fill answers what was asked so far and reads more: the only place that does
// either, so that a pipelined group is answered at once (RFC 2920 §3.2).
func (s *session) fill() error {
	if err := s.flush(); err != nil {
		return err
	}
	s.end = copy(s.input, s.input[s.start:s.end])
	s.start = 0
	if err := s.conn.SetDeadline(time.Now().Add(idleTimeout)); err != nil {
		return err
	}
	n, err := s.conn.Read(s.input[s.end:])
	s.end += n
	if n > 0 {
		return nil
	}
	return err
}

func (s *session) flush() error {
	if len(s.out) == 0 {
		return nil
	}
	_, err := s.conn.Write(s.out)
	s.out = s.out[:0]
	return err
}

// reply queues an answer; a slow sink waits first.
func (s *session) reply(text string) error {
	if s.delay > 0 {
		timer := time.NewTimer(s.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.server.stop:
			return net.ErrClosed
		}
	}
	s.out = append(s.out, text...)
	return nil
}

const ok = "250 2.0.0 Ok\r\n"

func (s *session) command(line []byte) error {
	switch {
	case verb(line, "RCPT"):
		s.recipients++
		if s.content.wantID {
			s.envelope = appendAddress(s.envelope, line)
		}
		return s.reply("250 2.1.5 Ok\r\n")
	case verb(line, "MAIL"), verb(line, "RSET"), verb(line, "NOOP"):
		s.reset()
		return s.reply(ok)
	case verb(line, "DATA"):
		return s.data()
	case verb(line, "EHLO"):
		s.reset()
		return s.reply(s.greeting())
	case verb(line, "HELO"):
		s.reset()
		return s.reply("250 sink.bench.example\r\n")
	case verb(line, "STARTTLS") && s.server.options.TLS != nil && !s.secure:
		return s.startTLS()
	case verb(line, "QUIT"):
		s.quit = true
		return s.reply("221 2.0.0 Bye\r\n")
	}
	return s.reply("502 5.5.1 Not understood\r\n")
}

func (s *session) greeting() string {
	text := "250-sink.bench.example\r\n250-PIPELINING\r\n250-SIZE " + maxSize + "\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250-DSN\r\n"
	if s.server.options.TLS != nil && !s.secure {
		text += "250-STARTTLS\r\n"
	}
	return text + "250 HELP\r\n"
}

func (s *session) startTLS() error {
	if err := s.reply("220 2.0.0 Go ahead\r\n"); err != nil {
		return err
	}
	if err := s.flush(); err != nil {
		return err
	}
	s.conn = tls.Server(s.conn, s.server.options.TLS)
	s.start, s.end, s.secure = 0, 0, true // RFC 3207 §4.2: nothing from before counts
	s.reset()
	return nil
}

func (s *session) reset() {
	s.recipients = 0
	s.envelope = s.envelope[:0]
}

func (s *session) data() error {
	if s.recipients == 0 {
		return s.reply("503 5.5.1 No recipients\r\n")
	}
	if err := s.reply("354 Go ahead\r\n"); err != nil {
		return err
	}
	s.content.begin()
	for {
		used, done := s.content.take(s.input[s.start:s.end])
		s.start += used
		if done {
			break
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
	if r := s.server.options.Record; r != nil {
		if err := r.add(s.content.id, s.conn.RemoteAddr().String(), s.envelope); err != nil {
			return s.reply("451 4.3.0 Cannot record\r\n")
		}
	}
	if err := s.reply(ok); err != nil {
		return err
	}
	s.server.taken(s.recipients, s.content.octets)
	s.reset()
	return nil
}

// verb compares without regard to case (RFC 5321 §2.4).
func verb(line []byte, want string) bool {
	return len(line) >= len(want) && bytes.EqualFold(line[:len(want)], []byte(want)) &&
		(len(line) == len(want) || line[len(want)] == ' ')
}

func appendAddress(list, line []byte) []byte {
	_, address, _ := bytes.Cut(line, []byte("<"))
	address, _, _ = bytes.Cut(address, []byte(">"))
	if len(list) > 0 {
		list = append(list, ',')
	}
	return append(list, address...)
}
