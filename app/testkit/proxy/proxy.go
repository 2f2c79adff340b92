package proxy

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Fault is what the proxy does to what passes through it; the zero Fault does nothing.
type Fault struct {
	Latency time.Duration // before each piece, in each direction
	Slice   int           // largest piece in octets; 0 leaves pieces as they come
	Silent  bool          // connections stay open and nothing passes, as when packets are dropped
	Refuse  bool          // new connections are closed at once
	Reset   int           // octets after which a connection is reset; 0 never
}

// Proxy forwards to one target.
type Proxy struct {
	target string
	ln     net.Listener
	done   chan struct{}
	work   sync.WaitGroup

	mu      sync.Mutex
	fault   Fault
	changed chan struct{} // closed when fault changes
	open    map[net.Conn]struct{}
}

// New starts a proxy that ends with the test.
func New(t testing.TB, target string) *Proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: target, ln: ln, done: make(chan struct{}), changed: make(chan struct{}), open: map[net.Conn]struct{}{}}
	p.work.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where to connect instead of to the target.
func (p *Proxy) Addr() string { return p.ln.Addr().String() }

// Set changes the fault, for open connections too.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cut resets every open connection.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		reset(c)
	}
}

func (p *Proxy) close() {
	close(p.done)
	_ = p.ln.Close() // accept ends by it
	p.Cut()
	p.work.Wait()
}

func (p *Proxy) now() (Fault, chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fault, p.changed
}

func (p *Proxy) accept() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		if f, _ := p.now(); f.Refuse {
			reset(client)
			continue
		}
		p.work.Go(func() { p.serve(client) })
	}
}

// serve passes both directions until either ends.
func (p *Proxy) serve(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		reset(client)
		return
	}
	if !p.keep(client, server) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.pass(server, client) })
	both.Go(func() { p.pass(client, server) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, client)
	delete(p.open, server)
}

func (p *Proxy) keep(conns ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		for _, c := range conns {
			reset(c)
		}
		return false
	default:
	}
	for _, c := range conns {
		p.open[c] = struct{}{}
	}
	return true
}

// pass copies one direction; its end is the end of both.
func (p *Proxy) pass(to, from net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }() // the other direction ends by it
	buf := make([]byte, 32<<10)
	passed := 0
	for {
		n, err := from.Read(buf)
		for piece := buf[:n]; len(piece) > 0; {
			f, ok := p.wait()
			if !ok {
				return
			}
			size := len(piece)
			if f.Slice > 0 {
				size = min(size, f.Slice)
			}
			if f.Reset > 0 && passed+size > f.Reset {
				reset(from)
				reset(to)
				return
			}
			if _, err := to.Write(piece[:size]); err != nil {
				return
			}
			passed, piece = passed+size, piece[size:]
		}
		if err != nil {
			return
		}
	}
}

// wait is what the fault costs before the next piece; false when the proxy is closed.
func (p *Proxy) wait() (Fault, bool) {
	for {
		f, changed := p.now()
		if f.Latency == 0 && !f.Silent {
			return f, true
		}
		var passed <-chan time.Time // never, while silent
		if !f.Silent {
			passed = time.After(f.Latency)
		}
		select {
		case <-p.done:
			return f, false
		case <-passed:
			return f, true
		case <-changed:
		}
	}
}

// reset closes without a goodbye.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // what fails on a closed connection does not matter
	}
	_ = c.Close()
}
