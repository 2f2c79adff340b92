package web

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"testing"
)

// scarce is a listener that gives each of its errors once, then nothing but an end.
type scarce struct {
	net.Listener
	errs []error
}

func (s *scarce) Accept() (net.Conn, error) {
	if len(s.errs) == 0 {
		return nil, net.ErrClosed
	}
	err := s.errs[0]
	s.errs = s.errs[1:]
	if err != nil {
		return nil, &net.OpError{Op: "accept", Err: err}
	}
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return ours, nil
}

// F-24: descriptors or memory that run out end nothing.
func TestF24PagesWaitForDescriptors(t *testing.T) {
	t.Parallel()
	p := enduring{&scarce{errs: []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, nil}}, slog.New(slog.DiscardHandler), nil}
	conn, err := p.Accept()
	if err != nil {
		t.Fatalf("the listener ended: %v", err)
	}
	_ = conn.Close()
	if _, err := p.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener goes on: %v", err)
	}
	stopped := make(chan struct{})
	close(stopped)
	p = enduring{&scarce{errs: []error{syscall.EMFILE, syscall.EMFILE, syscall.EMFILE}}, p.log, stopped}
	if _, err := p.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a stop waits for descriptors: %v", err)
	}
}
