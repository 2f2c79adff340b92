package fakemx

import (
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// Message is one accepted message.
type Message struct {
	From       string   // the whole MAIL line
	Recipients []string // what followed "RCPT TO:", parameters included
	Raw        string   // as on the wire, dots stuffed, without the final dot line
	Content    string   // dots unstuffed
	Helo       string   // the name the client gave
	Peer       string   // its address
	TLS        bool
	TLSVersion string // "" in the clear
	At         time.Time
}

// Options shape a server.
type Options struct {
	Addr     string      // default 127.0.0.1:0
	TLS      *tls.Config // nil: STARTTLS is not offered
	Implicit bool        // TLS from the first octet
	Script   Script
	Extra    []string         // more EHLO lines, besides PIPELINING, 8BITMIME, SMTPUTF8, DSN, SIZE
	Without  []string         // EHLO keywords not to offer
	Bare     bool             // offer no extension at all
	Greylist time.Duration    // how long a new (peer, sender, recipient) is answered 450
	Now      func() time.Time // of greylisting; default time.Now
}

// Server records what it accepts.
type Server struct {
	ln   net.Listener
	done chan struct{}
	wg   sync.WaitGroup
	grey greylist

	mu          sync.Mutex
	o           Options
	messages    []Message
	commands    []string
	inClear     []string
	connections int
	mostOpen    int
	open        map[net.Conn]struct{}
	changed     chan struct{} // closed when a message comes, and replaced
	closed      bool
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
	if o.Now == nil {
		o.Now = time.Now
	}
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("fakemx: %w", err)
	}
	s := &Server{o: o, ln: ln, done: make(chan struct{}), changed: make(chan struct{}), open: map[net.Conn]struct{}{}}
	s.wg.Go(s.accept)
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Port returns the port it listens on.
func (s *Server) Port() int {
	addr, _ := s.ln.Addr().(*net.TCPAddr) // Listen("tcp") has no other
	return addr.Port
}

// Close stops listening and cuts every session.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
	}
	_ = s.ln.Close() // fails only when already closed
	for conn := range s.open {
		_ = conn.Close()
	}
	s.mu.Unlock()
}

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
	return slices.Clone(s.messages)
}

// Commands returns every command line that came, in order, of all connections.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

// InClear returns the command lines that came without encryption: what anybody on
// the way could read.
func (s *Server) InClear() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.inClear)
}

// Connections returns how many connections were taken.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// WaitFor waits until n messages are there.
func (s *Server) WaitFor(n int, timeout time.Duration) ([]Message, error) {
	deadline := time.NewTimer(timeout)
	defer deadline.Stop()
	for {
		s.mu.Lock()
		messages, changed := slices.Clone(s.messages), s.changed
		s.mu.Unlock()
		if len(messages) >= n {
			return messages, nil
		}
		select {
		case <-changed:
		case <-deadline.C:
			return messages, fmt.Errorf("fakemx: %d of %d messages after %s", len(messages), n, timeout)
		}
	}
}

// MostOpen returns how many connections were open at once, at most.
func (s *Server) MostOpen() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mostOpen
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
			return // closed
		}
		if s.enter(conn) {
			s.wg.Go(func() {
				defer s.leave(conn)
				newSession(s, conn).run()
			})
		}
	}
}

func (s *Server) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return false
	}
	s.connections++
	s.open[conn] = struct{}{}
	s.mostOpen = max(s.mostOpen, len(s.open))
	return true
}

func (s *Server) leave(conn net.Conn) {
	s.mu.Lock()
	delete(s.open, conn) // before the peer sees the end
	s.mu.Unlock()
	_ = conn.Close() // a reset may have closed it before
}
