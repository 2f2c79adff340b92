package balance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Backend is one process behind the balancer.
type Backend struct {
	Name, Addr string
	Ready      string // asked for by HTTP: 200 is healthy; empty means that it takes connections
}

// Options are how to balance.
type Options struct {
	Addr     string // to listen on
	From     string // address that backends see
	Backends []Backend
	Every    time.Duration // between looks at each backend's health
	Announce bool          // the client's address to the backend: PROXY protocol, version 2
}

// Balancer serves until Close.
type Balancer struct {
	o        Options
	ln       net.Listener
	dialer   net.Dialer
	healthy  []atomic.Bool
	turn     atomic.Uint64
	life     context.Context //nolint:containedctx // of what it does by itself
	end      context.CancelFunc
	work     sync.WaitGroup
	server   *http.Server // of HTTP
	asks     *http.Client
	mu       sync.Mutex
	open     map[net.Conn]bool
	passed   atomic.Int64 // requests or connections
	repeated atomic.Int64 // that went to another backend than the first
}

func start(o Options) (*Balancer, error) {
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fmt.Errorf("balance: %w", err)
	}
	b := &Balancer{o: o, ln: ln, healthy: make([]atomic.Bool, len(o.Backends)), open: map[net.Conn]bool{}}
	b.dialer.Timeout = 2 * time.Second
	if o.From != "" {
		b.dialer.LocalAddr = &net.TCPAddr{IP: net.ParseIP(o.From)}
	}
	b.asks = &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	b.life, b.end = context.WithCancel(context.Background())
	for i := range o.Backends {
		b.work.Go(func() { b.watch(i) })
	}
	return b, nil
}

// Addr is where it listens.
func (b *Balancer) Addr() string { return b.ln.Addr().String() }

// Passed tells how many requests or connections came, and how many of them were given to
// another backend because the first could not be reached.
func (b *Balancer) Passed() (all, repeated int64) { return b.passed.Load(), b.repeated.Load() }

// Healthy reports whether a backend gets traffic.
func (b *Balancer) Healthy(name string) bool {
	for i, backend := range b.o.Backends {
		if backend.Name == name {
			return b.healthy[i].Load()
		}
	}
	return false
}

// Close ends it, and every connection through it.
func (b *Balancer) Close() error {
	b.end()
	err := b.ln.Close()
	if b.server != nil {
		err = errors.Join(b.server.Close())
	}
	b.mu.Lock()
	for c := range b.open {
		_ = c.Close()
	}
	b.mu.Unlock()
	b.work.Wait()
	return err
}

// watch looks at a backend again and again.
func (b *Balancer) watch(i int) {
	ticker := time.NewTicker(b.o.Every)
	defer ticker.Stop()
	for {
		b.healthy[i].Store(b.look(b.o.Backends[i]))
		select {
		case <-ticker.C:
		case <-b.life.Done():
			return
		}
	}
}

func (b *Balancer) look(backend Backend) bool {
	if backend.Ready == "" {
		c, err := b.connect(b.life, backend, nil)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}
	request, err := http.NewRequestWithContext(b.life, http.MethodGet, backend.Ready, nil)
	if err != nil {
		return false
	}
	response, err := b.asks.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// order is whom to try: the healthy in turn, then the others, who may have come back.
func (b *Balancer) order() (all []int) {
	n, first := len(b.o.Backends), int(b.turn.Add(1)%uint64(len(b.o.Backends)))
	for _, healthy := range []bool{true, false} {
		for k := range n {
			if i := (first + k) % n; b.healthy[i].Load() == healthy {
				all = append(all, i)
			}
		}
	}
	return all
}

// connect opens a connection to a backend; client is whom it is for, nil for a look.
func (b *Balancer) connect(ctx context.Context, backend Backend, client net.Addr) (net.Conn, error) {
	c, err := b.dialer.DialContext(ctx, "tcp", backend.Addr)
	if err != nil || !b.o.Announce {
		return c, err
	}
	if _, err := c.Write(announcement(client, c.RemoteAddr())); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}
