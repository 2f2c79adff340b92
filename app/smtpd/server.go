package smtpd

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Server serves sessions on any number of listeners.
type Server struct {
	o        Options
	gate     *gate
	buffered budget

	// life ends when what is left is cut; it is the parent of all that Senders do.
	life context.Context //nolint:containedctx // sessions outlive the call that took their connection
	end  context.CancelFunc

	mu        sync.Mutex
	listeners map[net.Listener]bool
	sessions  map[*session]bool
	stopping  bool
	stop      chan struct{} // closed when stopping
	wg        sync.WaitGroup
}

// New returns a server. TLS and Auth are required. Shutdown frees what it holds.
func New(o Options) *Server {
	o.fill()
	s := &Server{
		o: o, gate: newGate(&o), buffered: budget{most: o.MaxBuffered},
		listeners: map[net.Listener]bool{}, sessions: map[*session]bool{}, stop: make(chan struct{}),
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.wg.Go(s.watch)
	return s
}

// patience is the context of what a Sender is asked: as long as a client should wait.
func (s *Server) patience() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(s.life, s.o.Timeouts.Store)
	if s.o.Attend == nil {
		return ctx, cancel
	}
	ctx, done := s.o.Attend(ctx)
	return ctx, func() { done(); cancel() }
}

// Serve takes connections until Shutdown; implicit means TLS from the first octet.
func (s *Server) Serve(ln net.Listener, implicit bool) error {
	if !s.addListener(ln) {
		return errors.Join(net.ErrClosed, ln.Close())
	}
	for wait := time.Duration(0); ; {
		conn, err := ln.Accept()
		switch {
		case err == nil:
			wait = 0
			s.take(conn, implicit)
		case s.isStopping() || errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of descriptors or memory: wait, do not spin (F-24).
			wait = min(max(2*wait, 5*time.Millisecond), time.Second)
			s.o.Log.Warn("a connection was not accepted", "error", err, "wait", wait)
			s.sleep(wait)
		}
	}
}

func (s *Server) addListener(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.listeners[ln] = true
	return true
}

// sleep waits, shorter when the server stops.
func (s *Server) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.stop:
	}
}

func (s *Server) take(conn net.Conn, implicit bool) {
	ip := remoteIP(conn)
	refusal := s.gate.enter(ip)
	s.o.Metrics.Connection(refusal)
	if refusal != "" {
		turnAway(conn, implicit, "421 4.7.0 too many connections, try again later\r\n")
		return
	}
	x := newSession(s, conn, ip, implicit)
	if !s.register(x) {
		s.gate.leave(ip)
		x.free()
		turnAway(conn, implicit, "421 4.3.2 shutting down, try again later\r\n")
		return
	}
	go func() {
		defer s.wg.Done()
		defer s.gate.leave(ip)
		defer s.forget(x)
		x.run()
	}()
}

// turnAway says a word to whom it can be said without a handshake. The send buffer
// of a new connection is empty, so this does not wait.
func turnAway(conn net.Conn, implicit bool, word string) {
	if !implicit {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = conn.Write([]byte(word))
	}
	_ = conn.Close()
}

func (s *Server) register(x *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		return false
	}
	s.sessions[x] = true
	s.wg.Add(1)
	return true
}

func (s *Server) forget(x *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, x)
}

func (s *Server) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

func (s *Server) open() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*session, 0, len(s.sessions))
	for x := range s.sessions {
		all = append(all, x)
	}
	return all
}
