package sink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Listener is one address of a sink.
type Listener struct {
	Addr  string
	Delay time.Duration // before every answer: a slow destination, or a tarpit
}

// Options configures a sink.
type Options struct {
	Listeners []Listener  // none means one on 127.0.0.1 with a free port
	TLS       *tls.Config // offers STARTTLS when set
	Record    *Record     // optional
}

// Server is a running sink. Its counters may be read at any time.
type Server struct {
	options   Options
	listeners []net.Listener
	stop      chan struct{}
	group     sync.WaitGroup

	messages, recipients, octets, connects atomic.Int64

	mu      sync.Mutex
	open    map[net.Conn]struct{} // nil once closed
	waiters []waiter
	nearest atomic.Int64 // the smallest count that a waiter waits for
	last    atomic.Int64 // when the last message came
}

type waiter struct {
	count int64
	done  chan time.Time
}

const nobodyWaits = 1<<63 - 1

// Start listens on every address and serves until Close.
func Start(o Options) (*Server, error) {
	if len(o.Listeners) == 0 {
		o.Listeners = []Listener{{Addr: "127.0.0.1:0"}}
	}
	s := &Server{options: o, stop: make(chan struct{}), open: map[net.Conn]struct{}{}}
	s.nearest.Store(nobodyWaits)
	for _, l := range o.Listeners {
		listener, err := net.Listen("tcp", l.Addr)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("sink: %w", err), s.Close())
		}
		s.listeners = append(s.listeners, listener)
		s.group.Go(func() { s.accept(listener, l.Delay) })
	}
	return s, nil
}

// Addr returns the address of listener i, with the port that it got.
func (s *Server) Addr(i int) string { return s.listeners[i].Addr().String() }

// Counts is what a sink has taken so far.
type Counts struct{ Messages, Recipients, Octets, Connects int64 }

// Counts returns the present counters.
func (s *Server) Counts() Counts {
	return Counts{s.messages.Load(), s.recipients.Load(), s.octets.Load(), s.connects.Load()}
}

// Sub returns what came since earlier.
func (c Counts) Sub(earlier Counts) Counts {
	return Counts{
		c.Messages - earlier.Messages, c.Recipients - earlier.Recipients,
		c.Octets - earlier.Octets, c.Connects - earlier.Connects,
	}
}

// Wait returns when the sink has taken count messages since its start, with the
// time of the last one, or with ctx's error.
func (s *Server) Wait(ctx context.Context, count int64) (time.Time, error) {
	s.mu.Lock()
	w := waiter{count, make(chan time.Time, 1)}
	s.waiters = append(s.waiters, w)
	s.nearest.Store(min(s.nearest.Load(), count))
	s.wake() // what was counted until now saw no waiter
	s.mu.Unlock()
	select {
	case at := <-w.done:
		return at, nil
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

// taken counts one message.
func (s *Server) taken(recipients, octets int) {
	s.recipients.Add(int64(recipients))
	s.octets.Add(int64(octets))
	s.last.Store(time.Now().UnixNano())
	if s.messages.Add(1) < s.nearest.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake()
}

// wake answers the waiters whose count is reached; s.mu is held.
func (s *Server) wake() {
	count, last := s.messages.Load(), time.Unix(0, s.last.Load())
	nearest := int64(nobodyWaits)
	rest := s.waiters[:0]
	for _, w := range s.waiters {
		if count >= w.count {
			w.done <- last
			continue
		}
		rest = append(rest, w)
		nearest = min(nearest, w.count)
	}
	s.waiters = rest
	s.nearest.Store(nearest)
}

func (s *Server) accept(listener net.Listener, delay time.Duration) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Out of file descriptors, for example: try again without spinning.
			select {
			case <-s.stop:
				return
			case <-time.After(10 * time.Millisecond):
				continue
			}
		}
		s.serve(conn, delay)
	}
}

func (s *Server) serve(conn net.Conn, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		_ = conn.Close() // accepted while closing
		return
	}
	s.open[conn] = struct{}{}
	s.connects.Add(1)
	s.group.Go(func() {
		newSession(s, conn, delay).run()
		s.mu.Lock()
		delete(s.open, conn)
		s.mu.Unlock()
		_ = conn.Close() // the session is over; nothing is unwritten
	})
}

// Close stops listening, ends all connections and waits for them.
func (s *Server) Close() error {
	s.mu.Lock()
	if s.open != nil {
		close(s.stop)
	}
	for conn := range s.open {
		_ = conn.Close() // its session notices
	}
	s.open = nil
	s.mu.Unlock()
	var errs []error
	for _, l := range s.listeners {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	s.group.Wait()
	return errors.Join(errs...)
}
