package proxy_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"smtpserver/app/testkit/proxy"
)

// echo returns what it hears.
func echo(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return ln.Addr().String()
}

func dial(t *testing.T, p *proxy.Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

func say(t *testing.T, c net.Conn, text string) error {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		return err
	}
	back := make([]byte, len(text))
	if _, err := io.ReadFull(c, back); err != nil {
		return err
	}
	if string(back) != text {
		t.Errorf("%q came back as %q", text, back)
	}
	return nil
}

func TestProxy(t *testing.T) {
	t.Parallel()
	p := proxy.New(t, echo(t))
	c := dial(t, p)
	for name, f := range map[string]proxy.Fault{"nothing": {}, "pieces": {Slice: 3}, "late": {Latency: time.Millisecond}} {
		p.Set(f)
		if err := say(t, c, "a long enough text"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Silence is no end: what was held passes when it is over.
	p.Set(proxy.Fault{Silent: true})
	done := make(chan error)
	go func() { done <- say(t, c, "held") }()
	select {
	case err := <-done:
		t.Errorf("something passed in the silence: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	p.Set(proxy.Fault{})
	if err := <-done; err != nil {
		t.Error(err)
	}
	p.Set(proxy.Fault{Reset: 10})
	if err := say(t, dial(t, p), "more than ten octets"); err == nil {
		t.Error("the connection was not reset")
	}
	p.Set(proxy.Fault{})
	c = dial(t, p)
	if err := say(t, c, "x"); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if err := say(t, c, "x"); err == nil {
		t.Error("the connection was not cut")
	}
	p.Set(proxy.Fault{Refuse: true})
	c, err := net.Dial("tcp", p.Addr()) // the reset may come while connecting
	if err == nil {
		defer func() { _ = c.Close() }()
		err = errors.Join(c.SetDeadline(time.Now().Add(20*time.Second)), say(t, c, "x"))
	}
	if err == nil {
		t.Error("a connection was not refused")
	}
}
