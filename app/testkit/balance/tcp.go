package balance

import (
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"sync"
)

// TCP starts a balancer of connections.
func TCP(o Options) (*Balancer, error) {
	b, err := start(o)
	if err == nil {
		b.work.Go(b.accept)
	}
	return b, err
}

func (b *Balancer) accept() {
	for {
		c, err := b.ln.Accept()
		if err != nil {
			return
		}
		b.work.Go(func() { b.pass(c) })
	}
}

// pass joins a client with the first backend that can be reached.
func (b *Balancer) pass(client net.Conn) {
	defer b.hold(client)()
	b.passed.Add(1)
	for n, i := range b.order() {
		if n > 0 {
			b.repeated.Add(1)
		}
		backend, err := b.connect(b.life, b.o.Backends[i], client.RemoteAddr())
		if err != nil {
			continue
		}
		defer b.hold(backend)()
		var both sync.WaitGroup
		both.Go(func() { stream(backend, client) })
		both.Go(func() { stream(client, backend) })
		both.Wait()
		return
	}
}

// hold notes an open connection; the returned function closes it.
func (b *Balancer) hold(c net.Conn) (release func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open[c] = true
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.open, c)
		_ = c.Close()
	}
}

// stream copies until one side has said all.
func stream(to, from net.Conn) {
	_, err := io.Copy(to, from)
	if t, ok := to.(*net.TCPConn); ok && err == nil {
		_ = t.CloseWrite()
		return
	}
	_ = to.Close() // a reset on one side is one on the other
	_ = from.Close()
}

// announcement is the head of a connection for a client: PROXY protocol, version 2. A nil
// client is the balancer's own look.
func announcement(client, server net.Addr) []byte {
	head := []byte("\r\n\r\n\x00\r\nQUIT\n")
	from, err := netip.ParseAddrPort(addrText(client))
	to, err2 := netip.ParseAddrPort(addrText(server))
	if err != nil || err2 != nil || from.Addr().Is4() != to.Addr().Is4() {
		return append(head, 0x20, 0x00, 0, 0) // LOCAL
	}
	family := byte(0x11)
	if !from.Addr().Is4() {
		family = 0x21
	}
	ends := append(from.Addr().AsSlice(), to.Addr().AsSlice()...)
	ends = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(ends, from.Port()), to.Port())
	head = append(head, 0x21, family)
	return append(binary.BigEndian.AppendUint16(head, uint16(len(ends))), ends...)
}

func addrText(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
