package smtpd

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
)

var letter = header + strings.Repeat("A line of some length for a message body, seventy octets or so.\r\n", 320) + ".\r\n"

// BenchmarkSession is one 20 KiB message over a kept connection in TLS, both ends of
// it, and a Sender that copies it.
func BenchmarkSession(b *testing.B) {
	w := newWorld(b, nil)
	c := w.signedIn(b)
	m := "MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n" + letter
	b.SetBytes(int64(len(m)))
	for b.Loop() {
		c.write(m)
		for range 4 {
			c.read()
		}
		w.mu.Lock()
		w.stored, w.envs = w.stored[:0], w.envs[:0]
		w.mu.Unlock()
	}
}

// BenchmarkServer is the same without a network, a client or TLS: what we add.
func BenchmarkServer(b *testing.B) {
	m := &memory{}
	s := quietServer(m)
	in := []byte("MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\n" + letter)
	conn := &feed{in: bytes.NewReader(nil), piece: 16 << 10} // as TLS records come
	x := newSession(s, conn, netip.Addr{}, false)
	x.inTLS, x.hello, x.sender = true, true, m
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		conn.in.Reset(in)
		conn.out.Reset()
		x.converse()
		m.stored, m.envs = m.stored[:0], m.envs[:0]
	}
}

// BenchmarkBody is the reading of DATA alone.
func BenchmarkBody(b *testing.B) {
	s := quietServer(nil)
	in := []byte(letter)
	conn := &feed{in: bytes.NewReader(nil), piece: 16 << 10}
	x := newSession(s, conn, netip.Addr{}, false)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		conn.in.Reset(in)
		m := &body{limit: 1 << 20, budget: &s.buffered}
		if !m.start(0) || x.receive(m) != nil || m.refusal != nil {
			b.Fatal("not taken")
		}
		m.release()
	}
}
