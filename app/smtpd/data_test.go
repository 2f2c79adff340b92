package smtpd

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
)

const header = "From: a@x.example\r\nSubject: x\r\n\r\n"

// S-01 to S-12: nothing but CRLF.CRLF ends a message, and a message with other line
// ends is refused whole: one message or none, never two.
func TestS01OnlyTheTrueEndEnds(t *testing.T) {
	t.Parallel()
	for i, end := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\r.\n", "\n.\r", "\r\n\x00.\r\n", "\r\n.\x00\r\n", "\r\r\n.\r\r\n", "\r\r\n.\r\n"} {
		t.Run(fmt.Sprintf("S-%02d %q", i+1, end), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			c := w.signedIn(t)
			c.begin()
			smuggled := "MAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@y.example>\r\nDATA\r\nevil\r\n.\r\n"
			c.write(header + "text" + end + smuggled)
			c.want("550 5.6.0")
			want := 0
			if end == "\r\r\n.\r\n" { // holds the true end: what follows really are commands
				for _, code := range []string{"250", "250", "354", "250"} {
					c.want(code)
				}
				want = 1
			}
			c.say("NOOP", "250")
			stored := w.messages()
			if len(stored) != want {
				t.Fatalf("stored %q", stored)
			}
			for _, m := range stored {
				if m != "evil\r\n" {
					t.Errorf("stored %q", m)
				}
			}
		})
	}
}

func TestDotsAndExactContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	for i, m := range []struct{ wire, content string }{
		{header + "..one\r\n...\r\n.two\r\n\r\n.\r\n", header + ".one\r\n..\r\ntwo\r\n\r\n"},
		{".\r\n", ""},
		{"\r\n.\r\n", "\r\n"},
		{"..\r\n.\r\n", ".\r\n"},
		{header + "ü 8-bit \xff\x80\r\n.\r\n", header + "ü 8-bit \xff\x80\r\n"},
		{header + strings.Repeat(strings.Repeat("x", 70)+"\r\n..\r\n", 5000) + ".\r\n", header + strings.Repeat(strings.Repeat("x", 70)+"\r\n.\r\n", 5000)},
	} {
		c.begin()
		c.write(m.wire)
		if got := c.want("250 2.0.0 queued as "); len(strings.TrimSpace(got)) != len("250 2.0.0 queued as ")+26 {
			t.Errorf("reply %q", got)
		}
		if got := w.messages()[i]; got != m.content {
			t.Errorf("%.80q was stored as %.80q", m.wire, got)
		}
		if w.counts.get(fmt.Sprintf("accepted %d", len(m.content))) == 0 {
			t.Errorf("a message of %d octets was not counted", len(m.content))
		}
	}
}

// S-23: lines of a message, around the limit and around the size of our buffer.
func TestS23Lines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	lengths := map[int]string{0: "250", 997: "250", 998: "250", 999: "550 5.6.0", 1000: "550 5.6.0", 1001: "550 5.6.0", 100_000: "550 5.6.0"}
	for n := inputBuffer - 4; n <= inputBuffer+2; n++ {
		lengths[n], lengths[2*n] = "550 5.6.0", "550 5.6.0"
	}
	for length, code := range lengths {
		for _, before := range []string{"", header, "x\r\n"} {
			c.begin()
			c.write(before + strings.Repeat("x", length) + "\r\n.\r\n")
			c.want(code)
		}
	}
	c.begin()
	c.write(header + ".." + strings.Repeat("x", 997) + "\r\n.\r\n") // the stuffed dot does not count
	c.want("250")
	c.begin()
	c.write(header + ".." + strings.Repeat("x", 998) + "\r\n.\r\n")
	c.want("550")
	c.begin() // what looks like the end behind a line that is too long is none
	c.write(strings.Repeat("x", inputBuffer) + ".\r\nNOOP\r\n.\r\n")
	c.want("550")
	c.say("NOOP", "250")
}

// S-24: sizes, honest and not.
func TestS24Sizes(t *testing.T) {
	t.Parallel()
	const limit = 256 << 10
	w := newWorld(t, func(o *Options) { o.MaxMessage = limit })
	line := strings.Repeat("x", 62) + "\r\n"
	full := strings.Repeat(line, limit/64)
	c := w.signedIn(t)
	c.begin()
	c.write(full + ".\r\n")
	c.want("250")
	c.begin()
	c.write(full + "x\r\n.\r\n")
	c.want("552 5.3.4")
	c.begin() // stuffed dots are not content
	c.write(strings.Repeat("."+"."+line[1:], limit/64) + ".\r\n")
	c.want("250")
	for _, declared := range []string{"", " SIZE=1", " SIZE=262144"} { // in the end the octets count
		c.say("MAIL FROM:<a@x.example>"+declared, "250")
		c.say("RCPT TO:<b@y.example>", "250")
		c.say("DATA", "354")
		c.write(full + full + ".\r\n")
		c.want("552 5.3.4")
	}
	c.say("NOOP", "250")
	for _, part := range []string{line, strings.Repeat("x", 5000)} { // no end: given up after a MiB more
		c = w.signedIn(t)
		c.begin()
		sent := make(chan int)
		go func() {
			defer close(sent)
			for range 100 * limit / len(part) {
				if _, err := c.conn.Write([]byte(part)); err != nil {
					return
				}
			}
			t.Error("100 times the limit was read")
		}()
		c.want("552 5.3.4")
		c.gone()
		<-sent
	}
	if n := len(w.messages()); n != 2 {
		t.Errorf("%d stored, want 2", n)
	}
}

// The memory of all uploads together is bounded: before DATA, and within it.
func TestBudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.MaxBuffered = 200 << 10 })
	big := w.signedIn(t)
	big.begin()
	big.write(header + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1500)) // 108 kB so far
	eventually(t, "the buffer is taken", func() bool { return w.server.buffered.used.Load() >= 108_000 })
	w.server.buffered.take(200<<10 - int(w.server.buffered.used.Load())) // as if others took the rest
	other := w.signedIn(t)
	other.say("MAIL FROM:<a@x.example>", "250")
	other.say("RCPT TO:<b@y.example>", "250")
	other.say("DATA", "452 4.3.1")
	big.write(strings.Repeat(strings.Repeat("x", 70)+"\r\n", 3000) + ".\r\n")
	big.want("452 4.3.1")
	w.server.buffered.used.Store(0) // the others are done
	other.say("DATA", "354")
	other.write(header + "\r\n.\r\n")
	other.want("250")
	if n := w.server.buffered.used.Load(); n != 0 {
		t.Errorf("%d octets were not given back", n)
	}
}

// F-42: an end of the connection inside DATA stores nothing, one after the dot does.
func TestF42HalfClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, partial := range []string{"", header + "half", header + "half\r\n", header + "half\r\n.", header + "half\r\n.\r"} {
		for _, end := range []func(net.Conn){fin, halfClose, reset} {
			c := w.signedIn(t)
			c.begin()
			c.write(partial)
			end(c.conn)
		}
	}
	for _, end := range []func(net.Conn){fin, halfClose} {
		c := w.signedIn(t)
		c.begin()
		c.write(header + "whole\r\n.\r\n")
		end(c.conn)
	}
	c := w.signedIn(t) // and the half-closed client gets its answer
	c.begin()
	c.write(header + "whole\r\n.\r\n")
	halfClose(c.conn)
	c.want("250")
	eventually(t, "three are stored", func() bool { return len(w.messages()) == 3 })
	for _, m := range w.messages() {
		if m != header+"whole\r\n" {
			t.Errorf("stored %q", m)
		}
	}
}

func fin(c net.Conn) { _ = c.Close() }

// halfClose ends our direction of TLS; reset ends all of TCP, impolitely.
func halfClose(c net.Conn) {
	if sealed, ok := c.(*tls.Conn); ok {
		_ = sealed.CloseWrite()
	}
}

func reset(c net.Conn) {
	sealed, ok := c.(*tls.Conn)
	if !ok {
		return
	}
	if raw, ok := sealed.NetConn().(*net.TCPConn); ok {
		_ = raw.SetLinger(0)
		_ = raw.Close()
	}
}

// F-44: a trickle is cut, a slow steady upload passes, however long it takes.
func TestF44UploadRates(t *testing.T) {
	t.Parallel()
	const window = 400 * time.Millisecond
	w := newWorld(t, func(o *Options) { o.Timeouts.Window = window })
	t.Run("steady", func(t *testing.T) {
		t.Parallel()
		c := w.signedIn(t)
		c.begin()
		for began := time.Now(); time.Since(began) < 4*window; time.Sleep(20 * time.Millisecond) {
			c.write(strings.Repeat("x", 198) + "\r\n") // 10 kB/s
		}
		c.write(".\r\n")
		c.want("250")
	})
	t.Run("trickle", func(t *testing.T) {
		t.Parallel()
		c := w.signedIn(t)
		c.begin()
		began := time.Now()
		stop := make(chan struct{})
		go func() {
			defer close(stop)
			for time.Since(began) < 10*window {
				time.Sleep(window / 20)
				if _, err := c.conn.Write([]byte("x")); err != nil { // 50 B/s
					return
				}
			}
		}()
		c.want("421 4.4.2")
		if took := time.Since(began); took > 4*window {
			t.Errorf("the trickle was cut after %v", took)
		}
		_ = c.conn.Close()
		<-stop
	})
}

// F-44: the time for a command is for all of it.
func TestF44CommandTrickle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Timeouts.Idle = 300 * time.Millisecond })
	c := w.dial(t, false)
	c.want("220")
	began := time.Now()
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for time.Since(began) < 3*time.Second {
			time.Sleep(20 * time.Millisecond)
			if _, err := c.conn.Write([]byte("N")); err != nil {
				return
			}
		}
	}()
	c.want("421 4.4.2")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("cut after %v", took)
	}
	_ = c.conn.Close()
	<-stop
}

// The pace as computed: 25 MiB at 64 kB/s take 400 s and pass, 400 B/s do not.
func TestPace(t *testing.T) {
	t.Parallel()
	for rate, passes := range map[int]bool{64_000: true, 600: true, 400: false, 0: false} {
		p := pace{window: time.Minute}
		now := time.Unix(1_000_000, 0)
		until, _ := p.earned(now, 0)
		cut := false
		for second := 1; second <= 400 && !cut; second++ {
			now = now.Add(time.Second)
			if cut = now.After(until); cut {
				break
			}
			if u, ok := p.earned(now, rate*second); ok {
				until = u
			}
		}
		if cut == passes {
			t.Errorf("%d octets a second: cut %v", rate, cut)
		}
	}
}

// What takes longer than a client waits is 451, at once, and never a late 250.
func TestStoreDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Timeouts.Store = 100 * time.Millisecond })
	w.hold = make(chan struct{})
	c := w.signedIn(t)
	c.begin()
	began := time.Now()
	c.write(header + "\r\n.\r\n")
	c.want("451 4.3.0 temporary trouble")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("answered after %v", took)
	}
	c.say("NOOP", "250")
	close(w.hold) // the late success is nobody's 250
	c.say("NOOP", "250")
	c.say("QUIT", "221")
	c.gone()
	eventually(t, "the buffer is given back", func() bool { return w.server.buffered.used.Load() == 0 })
}

// Refusals of the Sender keep their class, and the next message goes on.
func TestRefusalsOfContent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	c := w.signedIn(t)
	for kind, want := range map[fault.Kind]string{
		fault.Invalid: "550 5.6.0 a reason", fault.Forbidden: "550 5.7.1 a reason", fault.NotFound: "550 5.7.1 a reason", fault.Conflict: "550 5.7.1 a reason",
		fault.Limited: "452 4.7.1 a reason", fault.Unavailable: "451 4.3.2 a reason", fault.Internal: "451 4.3.0 temporary trouble",
	} {
		w.mu.Lock()
		w.fail = fault.New(kind, "a reason")
		w.mu.Unlock()
		c.begin()
		c.write(header + "\r\n.\r\n")
		c.want(want)
	}
	w.mu.Lock()
	w.fail = say(554, [3]int{5, 4, 6}, "too many hops")
	w.mu.Unlock()
	c.begin()
	c.write(header + "\r\n.\r\n")
	c.want("554 5.4.6 too many hops")
	if w.counts.get("refused 550") != 4 {
		t.Errorf("counted %v", w.counts.n)
	}
}
