// Package fakemx is a scripted, recording mail exchanger on loopback. It is strict
// in one way only: it keeps the exact octets it was sent.
package fakemx

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// Phase is where in a session the script is asked.
type Phase string

// The phases.
const (
	Connect  Phase = "CONNECT"
	Ehlo     Phase = "EHLO"
	StartTLS Phase = "STARTTLS"
	Auth     Phase = "AUTH"
	Mail     Phase = "MAIL"
	Rcpt     Phase = "RCPT"
	Data     Phase = "DATA"
	Dot      Phase = "DOT"
)

// Action is what the script wants. The zero Action means: as a willing server would.
type Action struct {
	Reply string        // wire form without the last CRLF, e.g. "550 5.1.1 no"
	Drop  bool          // close without a reply; at Dot the message is recorded if Record is set
	Delay time.Duration // before the reply
	// Record keeps a message although Drop hides it from the client (F-12).
	Record bool
}

// Script decides what happens; arg is the command line, or the content at Dot.
type Script func(phase Phase, arg string) Action

// Message is one accepted message.
type Message struct {
	From       string // the whole MAIL line
	Recipients []string
	Raw        string // as on the wire, dots stuffed, without the final dot line
	Content    string // dots unstuffed
	TLS        bool
	At         time.Time
}

// Options shape a server.
type Options struct {
	Addr   string      // default 127.0.0.1:0
	TLS    *tls.Config // nil: STARTTLS is not offered
	Script Script
	Extra  []string // more EHLO lines, besides PIPELINING, 8BITMIME, SMTPUTF8, DSN, SIZE
	Bare   bool     // offer no extension at all
}

// Server records what it accepts.
type Server struct {
	o  Options
	ln net.Listener

	mu          sync.Mutex
	messages    []Message
	connections int
	changed     chan struct{}
	wg          sync.WaitGroup
}

// New starts a server that stops with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Start starts a server.
func Start(o Options) (*Server, error) {
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("fakemx: %w", err)
	}
	s := &Server{o: o, ln: ln, changed: make(chan struct{})}
	s.wg.Go(s.accept)
	return s, nil
}

// Addr returns host:port; Port the port alone.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Port returns the port it listens on.
func (s *Server) Port() int { return s.ln.Addr().(*net.TCPAddr).Port }

// Close stops listening.
func (s *Server) Close() { _ = s.ln.Close() }

// SetScript changes the script while running.
func (s *Server) SetScript(f Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.Script = f
}

// Messages returns what was accepted so far.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Connections returns how many connections were taken.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// WaitFor waits until n messages are there.
func (s *Server) WaitFor(n int, timeout time.Duration) ([]Message, error) {
	deadline := time.After(timeout)
	for {
		s.mu.Lock()
		messages, changed := s.messages, s.changed
		s.mu.Unlock()
		if len(messages) >= n {
			return messages, nil
		}
		select {
		case <-changed:
		case <-deadline:
			return messages, fmt.Errorf("fakemx: %d of %d messages after %s", len(messages), n, timeout)
		}
	}
}

func (s *Server) record(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.messages = append(s.messages, m)
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) accept() {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.connections++
		s.mu.Unlock()
		go s.serve(conn)
	}
}

type session struct {
	*Server
	conn net.Conn
	br   *bufio.Reader
	msg  Message
	tls  bool
}

var errDropped = errors.New("dropped by the script")

func (s *Server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	x := &session{Server: s, conn: conn, br: bufio.NewReader(conn)}
	if x.say(Connect, "", "220 mx.test ESMTP") != nil {
		return
	}
	for {
		line, err := x.br.ReadString('\n')
		if err != nil || x.command(strings.TrimRight(line, "\r\n")) != nil {
			return
		}
	}
}

// say asks the script and answers with its reply or the usual one.
func (x *session) say(phase Phase, arg, usual string) error {
	_, err := x.act(phase, arg, usual)
	return err
}

func (x *session) act(phase Phase, arg, usual string) (Action, error) {
	x.mu.Lock()
	script := x.o.Script
	x.mu.Unlock()
	var a Action
	if script != nil {
		a = script(phase, arg)
	}
	time.Sleep(a.Delay)
	if a.Drop {
		return a, errDropped
	}
	if a.Reply == "" {
		a.Reply = usual
	}
	_, err := x.conn.Write([]byte(a.Reply + "\r\n"))
	return a, err
}

func (x *session) command(line string) error {
	verb, _, _ := strings.Cut(strings.ToUpper(line), " ")
	switch {
	case verb == "EHLO":
		return x.say(Ehlo, line, x.hello())
	case verb == "HELO":
		return x.say(Ehlo, line, "250 mx.test")
	case verb == "STARTTLS":
		return x.startTLS(line)
	case verb == "AUTH":
		return x.say(Auth, line, "235 2.7.0 ok")
	case strings.HasPrefix(strings.ToUpper(line), "MAIL FROM:"):
		x.msg = Message{From: line, TLS: x.tls}
		return x.say(Mail, line, "250 2.1.0 ok")
	case strings.HasPrefix(strings.ToUpper(line), "RCPT TO:"):
		a, err := x.act(Rcpt, line, "250 2.1.5 ok")
		if strings.HasPrefix(a.Reply, "2") {
			x.msg.Recipients = append(x.msg.Recipients, line[len("RCPT TO:"):])
		}
		return err
	case verb == "DATA":
		return x.data()
	case verb == "RSET" || verb == "NOOP":
		x.msg = Message{}
		_, err := x.conn.Write([]byte("250 2.0.0 ok\r\n"))
		return err
	case verb == "QUIT":
		_, _ = x.conn.Write([]byte("221 2.0.0 bye\r\n"))
		return errDropped
	}
	_, err := x.conn.Write([]byte("500 5.5.2 unknown\r\n"))
	return err
}

func (x *session) hello() string {
	if x.o.Bare {
		return "250 mx.test"
	}
	lines := append([]string{"mx.test", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "SIZE 52428800"}, x.o.Extra...)
	if x.o.TLS != nil && !x.tls {
		lines = append(lines, "STARTTLS")
	}
	for i := range lines[:len(lines)-1] {
		lines[i] = "250-" + lines[i]
	}
	lines[len(lines)-1] = "250 " + lines[len(lines)-1]
	return strings.Join(lines, "\r\n")
}

func (x *session) startTLS(line string) error {
	a, err := x.act(StartTLS, line, "220 2.0.0 go")
	if err != nil || !strings.HasPrefix(a.Reply, "220") || x.o.TLS == nil {
		return err
	}
	conn := tls.Server(x.conn, x.o.TLS)
	if err := conn.Handshake(); err != nil {
		return err
	}
	x.conn, x.br, x.tls = conn, bufio.NewReader(conn), true
	return nil
}

func (x *session) data() error {
	if len(x.msg.Recipients) == 0 {
		return x.say(Data, "", "554 5.5.1 no valid recipients")
	}
	a, err := x.act(Data, "", "354 go")
	if err != nil || !strings.HasPrefix(a.Reply, "354") {
		return err
	}
	var raw, content strings.Builder
	for {
		line, err := x.br.ReadString('\n')
		if err != nil {
			return err
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(line)
		content.WriteString(strings.TrimPrefix(line, "."))
	}
	m := x.msg
	m.Raw, m.Content, m.At, x.msg = raw.String(), content.String(), time.Now(), Message{}
	a, err = x.act(Dot, m.Content, "250 2.0.0 taken")
	if err == nil && strings.HasPrefix(a.Reply, "2") || a.Record {
		x.record(m)
	}
	return err
}
