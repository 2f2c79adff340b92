package web

import (
	"errors"
	"log/slog"
	"net"
	"time"
)

// enduring is a listener that waits while no connection can be taken, as when descriptors
// run out: fasthttp would stop serving, and with it the program (F-24).
type enduring struct {
	net.Listener
	log      *slog.Logger
	stopping <-chan struct{}
}

// Accept implements net.Listener.
func (p enduring) Accept() (net.Conn, error) {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		conn, err := p.Listener.Accept()
		if err == nil || errors.Is(err, net.ErrClosed) {
			return conn, err
		}
		p.log.Warn("a connection to the pages was not accepted", "error", err, "wait", wait)
		select {
		case <-time.After(wait):
		case <-p.stopping:
			return nil, net.ErrClosed
		}
	}
}
