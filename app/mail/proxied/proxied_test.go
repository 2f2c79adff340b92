package proxied

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const (
	v2   = signature + "\x21\x11\x00\x0c" + "\xc0\x00\x02\x01" + "\xc6\x33\x64\x01" + "\x9c\x40\x00\x19"
	v2of = signature + "\x21\x21\x00\x25" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" + "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02" + "\x9c\x40\x00\x19" + "\x04"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"PROXY TCP4 192.0.2.1 198.51.100.1 40000 25\r\n":     "192.0.2.1:40000",
		"PROXY TCP6 2001:db8::1 2001:db8::2 40000 25\r\n":    "[2001:db8::1]:40000",
		"PROXY TCP6 ::ffff:192.0.2.1 ::ffff:1.2.3.4 1 2\r\n": "192.0.2.1:1",
		"PROXY UNKNOWN\r\n":                   "invalid AddrPort",
		"PROXY UNKNOWN ffff:: ffff:: 1 2\r\n": "invalid AddrPort",
		v2:                                    "192.0.2.1:40000",
		v2of:                                  "[2001:db8::1]:40000", // with a part of its own at the end
		signature + "\x20\x00\x00\x00":        "invalid AddrPort",
		signature + "\x21\x00\x00\x03abc":     "invalid AddrPort",
		signature + "\x21\x31\x00\xd8" + strings.Repeat("p", 216): "invalid AddrPort", // a socket of this machine
	} {
		r := strings.NewReader(head + "EHLO x\r\n")
		got, err := Read(r)
		if err != nil || got.String() != want {
			t.Errorf("%q: %s, %v", head, got, err)
		}
		if rest, _ := io.ReadAll(r); string(rest) != "EHLO x\r\n" {
			t.Errorf("%q: left %q", head, rest)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for _, head := range []string{
		"", "EHLO client.example\r\n", "PROXY TCP4\r\n________", "PROXY TCP4 192.0.2.1 198.51.100.1 40000\r\n", "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
		"PROXY TCP4 192.0.2.1 198.51.100.1 65536 25\r\n", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n", "PROXY TCP4 " + strings.Repeat("1", 200) + "\r\n",
		v2[:20], signature + "\x31\x11\x00\x00", signature + "\x22\x11\x00\x00", signature + "\x21\x11\x00\x04abcd", signature + "\x21\x11\xff\xff",
	} {
		if got, err := Read(strings.NewReader(head)); !errors.Is(err, ErrHead) {
			t.Errorf("%q: %s, %v", head, got, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{v2, v2of, "PROXY TCP4 192.0.2.1 198.51.100.1 40000 25\r\n", "PROXY UNKNOWN\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		client, err := Read(strings.NewReader(string(head)))
		if err != nil && client.IsValid() {
			t.Errorf("%s with %v", client, err)
		}
	})
}

// dial connects from an address of this machine and says the head.
func dial(t *testing.T, to net.Listener, from, head string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.DialContext(t.Context(), "tcp", to.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	return c
}

// Who is no proxy is not believed, who is one must say for whom, and one that says nothing
// holds up nobody.
func TestListener(t *testing.T) {
	t.Parallel()
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := Listen(plain, []netip.Prefix{netip.MustParsePrefix("127.0.0.8/32")})
	accept := func() net.Conn {
		t.Helper()
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	silent := dial(t, ln, "127.0.0.8", "")
	wrong := dial(t, ln, "127.0.0.8", "EHLO client.example\r\n")
	if _, err := wrong.Read(make([]byte, 1)); err == nil {
		t.Error("a proxy without a head was answered")
	}
	dial(t, ln, "127.0.0.8", v2+"EHLO x\r\n")
	c := accept()
	if c.RemoteAddr().String() != "192.0.2.1:40000" {
		t.Errorf("through the proxy comes %s", c.RemoteAddr())
	}
	if got := make([]byte, 8); !readWhole(c, got) || string(got) != "EHLO x\r\n" {
		t.Errorf("it says %q", got)
	}
	dial(t, ln, "127.0.0.8", signature+"\x20\x00\x00\x00")
	if c := accept(); !strings.HasPrefix(c.RemoteAddr().String(), "127.0.0.8:") {
		t.Errorf("the proxy itself is %s", c.RemoteAddr())
	}
	dial(t, ln, "127.0.0.9", v2)
	c = accept()
	if got := make([]byte, len(v2)); !strings.HasPrefix(c.RemoteAddr().String(), "127.0.0.9:") || !readWhole(c, got) || string(got) != v2 {
		t.Errorf("a stranger is %s and says %q", c.RemoteAddr(), got)
	}
	if err := ln.Close(); err != nil {
		t.Error(err)
	}
	if _, err := ln.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	if err := silent.SetReadDeadline(time.Now().Add(4 * time.Second)); err != nil {
		t.Error(err)
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil || errors.Is(err, io.ErrNoProgress) || isTimeout(err) {
		t.Errorf("one that said nothing is still held: %v", err)
	}
}

func readWhole(r io.Reader, into []byte) bool {
	_, err := io.ReadFull(r, into)
	return err == nil
}

func isTimeout(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func TestWithoutProxiesNothingChanges(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if Listen(ln, nil) != ln {
		t.Error("the listener is wrapped")
	}
}
