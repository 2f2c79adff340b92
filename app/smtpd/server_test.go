package smtpd

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
)

// K10: a fault of ours is temporary, and says nothing about us.
func TestOurFaultsAre451(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var err error
	w.mailFrom = func(address.Mailbox) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		return err
	}
	for name, cause := range map[string]error{
		"plain":    errors.New("dial tcp 10.0.0.5:5432: connection refused"),
		"internal": fault.Wrap(fault.Internal, "secret table", errors.New("database is locked")),
		"wrapped":  fault.Wrap(fault.Unavailable, "try later", errors.New("dial tcp 10.0.0.5:5432")),
	} {
		w.mu.Lock()
		w.fail, err = cause, nil
		w.mu.Unlock()
		c := w.signedIn(t)
		c.begin()
		c.write(header + "\r\n.\r\n")
		atDot := c.want("451 4.3.")
		w.mu.Lock()
		err = cause
		w.mu.Unlock()
		atMail := c.say("MAIL FROM:<a@x.example>", "451 4.3.")
		for _, leak := range []string{"5432", "table", "locked"} {
			if strings.Contains(atDot+atMail, leak) {
				t.Errorf("%s: %q and %q tell too much", name, atDot, atMail)
			}
		}
	}
	w.mu.Lock()
	err = fault.New(fault.Forbidden, "not your domain\r\n250 ok")
	w.mu.Unlock()
	c := w.signedIn(t)
	c.say("MAIL FROM:<a@x.example>", "550 5.7.1 not your domain  250 ok")
	c.say("NOOP", "250")
}

// A bug costs one session, wherever it is.
func TestPanicCostsOneSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	at := map[string]func(c *client){
		"AUTH": func(c *client) { c.say("EHLO c.test", "250"); c.say("AUTH PLAIN AHBhbmljAHg=", "421 4.3.0") },
		"RCPT": func(c *client) {
			c.say("EHLO c.test", "250")
			c.say("AUTH PLAIN AHNob3AAc2VjcmV0", "235")
			c.say("MAIL FROM:<a@x.example>", "250")
			c.say("RCPT TO:<panic@y.example>", "421 4.3.0")
		},
		"DATA": func(c *client) {
			c.say("EHLO c.test", "250")
			c.say("AUTH PLAIN AHNob3AAc2VjcmV0", "235")
			c.say("MAIL FROM:<panic@x.example>", "250")
			c.say("RCPT TO:<b@y.example>", "250")
			c.say("DATA", "354")
			c.write(header + "\r\n.\r\n")
			c.want("421 4.3.0")
		},
	}
	for name, panics := range at {
		t.Run(name, func(t *testing.T) {
			c := w.dial(t, true)
			c.want("220")
			panics(c)
			c.gone()
			w.signedIn(t).say("NOOP", "250")
		})
	}
	eventually(t, "places and memory are given back", func() bool {
		w.server.gate.mu.Lock()
		defer w.server.gate.mu.Unlock()
		return w.server.gate.all == 0 && w.server.buffered.used.Load() == 0
	})
}

// F-43: places are counted by network and in all.
func TestF43Places(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Options){"per_ip": func(o *Options) { o.MaxPerIP = 2 }, "full": func(o *Options) { o.MaxSessions = 2 }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, change)
			a, b := w.dial(t, false), w.dial(t, false)
			a.want("220")
			b.want("220")
			c := w.dial(t, false)
			c.want("421 4.7.0")
			c.gone()
			if w.counts.get("connection ") != 2 || w.counts.get("connection "+name) != 1 {
				t.Errorf("counted %v", w.counts.n)
			}
			a.say("QUIT", "221")
			eventually(t, "the place is free again", func() bool { return strings.HasPrefix(w.dial(t, false).read(), "220") })
		})
	}
}

func TestNetworks(t *testing.T) {
	t.Parallel()
	same := func(a, b string) bool { return network(netip.MustParseAddr(a)) == network(netip.MustParseAddr(b)) }
	if same("192.0.2.1", "192.0.2.2") || !same("2001:db8::1", "2001:db8::ffff:1") || same("2001:db8::1", "2001:db8:0:1::1") || !same("fe80::1%a", "fe80::2%b") {
		t.Error("networks are told apart wrongly")
	}
	network(netip.Addr{}) // does not panic
}

// F-43: when places are rare, those who keep one idle are asked to leave.
func TestF43StressShortensTheWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) {
		o.MaxSessions, o.Timeouts.Busy, o.Timeouts.Valid = 4, 200*time.Millisecond, 20*time.Millisecond
	})
	var idle []*client
	for range 3 {
		c := w.dial(t, false)
		c.want("220")
		idle = append(idle, c)
	}
	time.Sleep(300 * time.Millisecond) // three of four is no stress: they may stay
	last := w.dial(t, false)
	last.want("220")
	for _, c := range append(idle, last) {
		c.want("421 4.4.2")
		c.gone()
	}
}

// F-43 in short: a thousand idle sessions, and the next one is greeted at once.
func TestF43ManyIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.MaxPerIP = 5000 })
	for range 1000 {
		w.dial(t, false).want("220")
	}
	began := time.Now()
	w.dial(t, false).want("220")
	if took := time.Since(began); took > 200*time.Millisecond {
		t.Errorf("greeted after %v", took)
	}
}

// F-05: a shutdown ends idle sessions at once and lets a begun DATA finish.
func TestF05Shutdown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var idle []*client
	for range 200 {
		c := w.dial(t, false)
		c.want("220")
		idle = append(idle, c)
	}
	for range 20 {
		idle = append(idle, w.signedIn(t))
	}
	silent, err := net.Dial("tcp", w.sealed) // never begins its handshake
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	busy := w.signedIn(t)
	busy.begin()
	done := shutdown(w, 5*time.Second)
	for _, c := range idle {
		c.want("421 4.3.2")
		c.gone()
	}
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the handshake is waited for")
	}
	if conn, err := net.Dial("tcp", w.clear); err == nil {
		_ = conn.Close()
		t.Error("a connection was taken during the shutdown")
	}
	busy.write(header + "last words\r\n.\r\nMAIL FROM:<a@x.example>\r\n")
	busy.want("250")
	busy.want("421 4.3.2")
	busy.gone()
	if err := <-done; err != nil {
		t.Error(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.server.Serve(ln, false); !errors.Is(err, net.ErrClosed) {
		t.Errorf("serving after the end: %v", err)
	}
}

// F-05: what does not finish in time gets 421, and nobody keeps the shutdown waiting.
func TestF05ShutdownCuts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.hold = make(chan struct{})
	defer close(w.hold)
	uploading, storing := w.signedIn(t), w.signedIn(t)
	uploading.begin()
	uploading.write(header + "half of it\r\n")
	storing.begin()
	storing.write(header + "all of it\r\n.\r\n")
	began := time.Now()
	done := shutdown(w, 200*time.Millisecond)
	uploading.want("421 4.3.2")
	uploading.gone()
	storing.want("451") // its Sender does not listen to its context
	storing.want("421")
	if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Shutdown: %v", err)
	}
	if took := time.Since(began); took > 200*time.Millisecond+lastWords+time.Second {
		t.Errorf("the shutdown took %v", took)
	}
	if len(w.messages()) != 0 {
		t.Errorf("stored %q", w.messages())
	}
}

// flaky fails to accept a few times, as when descriptors run out (F-24).
type flaky struct {
	net.Listener
	fail chan error
}

func (f *flaky) Accept() (net.Conn, error) {
	select {
	case err := <-f.fail:
		return nil, err
	default:
		return f.Listener.Accept()
	}
}

func TestF24AcceptFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &flaky{ln, make(chan error, 3)}
	for range cap(f.fail) {
		f.fail <- errors.New("too many open files")
	}
	served := make(chan error, 1)
	go func() { served <- w.server.Serve(f, false) }()
	w.clear = ln.Addr().String()
	w.dial(t, false).want("220")
	if err := <-shutdown(w, time.Second); err != nil {
		t.Error(err)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func shutdown(w *world, grace time.Duration) <-chan error {
	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		done <- w.server.Shutdown(ctx)
	}()
	return done
}
