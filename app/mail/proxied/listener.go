package proxied

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// headTime is how long a proxy may take to say for whom it connects.
const headTime = 5 * time.Second

// Listener takes connections; those of the proxies must begin with a head, and have the
// address that it names. Others are taken as they are: who is no proxy is not believed.
type Listener struct {
	net.Listener
	proxies []netip.Prefix
	taken   chan taken
	done    chan struct{}
	close   sync.Once
}

type taken struct {
	conn net.Conn
	err  error
}

// Listen wraps a listener; without proxies it is returned as it is.
func Listen(ln net.Listener, proxies []netip.Prefix) net.Listener {
	if len(proxies) == 0 {
		return ln
	}
	l := &Listener{Listener: ln, proxies: proxies, taken: make(chan taken), done: make(chan struct{})}
	go l.run()
	return l
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case t := <-l.taken:
		return t.conn, t.err
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	l.close.Do(func() { close(l.done) })
	return l.Listener.Close()
}

// run takes connections until the listener is closed. A head is read beside it: a proxy
// that says nothing holds up nobody.
func (l *Listener) run() {
	for {
		c, err := l.Listener.Accept()
		if err == nil && l.isProxy(c.RemoteAddr()) {
			go l.meet(c)
			continue
		}
		if !l.give(taken{c, err}) {
			return
		}
	}
}

// give hands a connection over, or reports that nobody takes any more.
func (l *Listener) give(t taken) bool {
	select {
	case l.taken <- t:
		return true
	case <-l.done:
		if t.conn != nil {
			_ = t.conn.Close() // nobody was told that it was taken
		}
		return false
	}
}

// meet reads the head of a proxy's connection.
func (l *Listener) meet(c net.Conn) {
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-l.done:
			_ = c.SetReadDeadline(time.Now()) // the head is not waited for
		case <-stop:
		}
	}()
	err := c.SetReadDeadline(time.Now().Add(headTime))
	if err == nil {
		var client netip.AddrPort
		if client, err = Read(c); err == nil && client.IsValid() {
			c = conn{c, net.TCPAddrFromAddrPort(client)}
		}
	}
	if err != nil || c.SetReadDeadline(time.Time{}) != nil {
		_ = c.Close() // as the protocol asks: who it is for is not known
		return
	}
	l.give(taken{conn: c})
}

func (l *Listener) isProxy(peer net.Addr) bool {
	a, err := netip.ParseAddrPort(peer.String())
	return err == nil && slices.ContainsFunc(l.proxies, func(p netip.Prefix) bool { return p.Contains(a.Addr().Unmap()) })
}

// conn has the client's address.
type conn struct {
	net.Conn
	client net.Addr
}

// RemoteAddr implements net.Conn.
func (c conn) RemoteAddr() net.Addr { return c.client }
