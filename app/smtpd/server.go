package smtpd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Options shape a server; zero values mean the defaults in brackets.
type Options struct {
	Hostname      string // in the greeting
	TLS           *tls.Config
	Auth          Authenticator
	Metrics       Metrics
	Log           *slog.Logger
	MaxMessage    int64 // octets [25 MiB]
	MaxRecipients int   // per message [1000]
	MaxSessions   int   // [20000]
	MaxPerIP      int   // sessions of one address [50]
	MaxBuffered   int64 // octets of all messages being received [256 MiB]
	Timeouts      Timeouts
}

// Timeouts of a session.
type Timeouts struct {
	Idle   time.Duration // waiting for a command [5 min]
	Busy   time.Duration // the same when most sessions are taken [10 s]
	Store  time.Duration // for Accept; later answers are 451 [30 s]
	Window time.Duration // over which the upload rate is judged [60 s]
	Valid  time.Duration // how often open sessions are checked for revocation [3 s]
}

const minimumRate = 500 // octets per second of an upload

func (o *Options) fill() {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&o.Timeouts.Idle, 5*time.Minute)
	set(&o.Timeouts.Busy, 10*time.Second)
	set(&o.Timeouts.Store, 30*time.Second)
	set(&o.Timeouts.Window, time.Minute)
	set(&o.Timeouts.Valid, 3*time.Second)
	if o.Metrics == nil {
		o.Metrics = noMetrics{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MaxMessage == 0 {
		o.MaxMessage = 25 << 20
	}
	if o.MaxRecipients == 0 {
		o.MaxRecipients = 1000
	}
	if o.MaxSessions == 0 {
		o.MaxSessions = 20000
	}
	if o.MaxPerIP == 0 {
		o.MaxPerIP = 50
	}
	if o.MaxBuffered == 0 {
		o.MaxBuffered = 256 << 20
	}
}

// Server serves sessions on any number of listeners.
type Server struct {
	o        Options
	gate     gate
	buffered atomic.Int64

	mu        sync.Mutex
	listeners map[net.Listener]bool
	sessions  map[*session]bool
	stopping  bool
	wg        sync.WaitGroup
	stop      chan struct{}
}

// New returns a server. TLS and Auth are required.
func New(o Options) *Server {
	o.fill()
	s := &Server{o: o, listeners: map[net.Listener]bool{}, sessions: map[*session]bool{}, stop: make(chan struct{})}
	s.gate = gate{most: o.MaxSessions, perIP: o.MaxPerIP, byIP: map[string]int{}}
	s.wg.Go(s.watchRevocations)
	return s
}

// Serve takes connections until Shutdown; implicit means TLS from the first octet.
func (s *Server) Serve(ln net.Listener, implicit bool) error {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return errors.Join(net.ErrClosed, ln.Close())
	}
	s.listeners[ln] = true
	s.mu.Unlock()
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
			time.Sleep(wait)
		}
	}
}

func (s *Server) take(conn net.Conn, implicit bool) {
	ip := remoteIP(conn)
	refusal := s.gate.enter(ip)
	s.o.Metrics.Connection(refusal)
	if refusal != "" {
		if !implicit {
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = conn.Write([]byte("421 4.7.0 too many connections, try again later\r\n"))
		}
		_ = conn.Close()
		return
	}
	x := newSession(s, conn, ip, implicit)
	if !s.register(x) {
		s.gate.leave(ip)
		_ = conn.Close()
		return
	}
	go func() {
		defer s.wg.Done()
		defer s.gate.leave(ip)
		defer s.forget(x)
		x.run()
	}()
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

// watchRevocations ends sessions whose credential is gone, idle ones too. One
// goroutine for all, instead of a timer in each of ten thousand sessions.
func (s *Server) watchRevocations() {
	tick := time.NewTicker(s.o.Timeouts.Valid)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
		}
		for _, x := range s.open() {
			x.endIfRevoked()
		}
	}
}

// Shutdown takes no more connections, ends idle sessions at once with 421, lets
// transactions that have begun DATA finish, and cuts what is left when ctx ends (F-05).
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	if !s.stopping {
		s.stopping = true
		close(s.stop)
	}
	var errs []error
	for ln := range s.listeners {
		errs = append(errs, ln.Close())
	}
	s.mu.Unlock()
	for _, x := range s.open() {
		x.endIfIdle()
	}
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		for _, x := range s.open() {
			x.cut()
		}
		<-done
		errs = append(errs, fmt.Errorf("smtpd: sessions were cut: %w", ctx.Err()))
	}
	return errors.Join(errs...)
}
