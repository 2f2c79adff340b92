package smtpd

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/testkit/fakemx"
)

// memory is an Authenticator and Sender that keeps what it accepts.
type memory struct {
	mu       sync.Mutex
	stored   []string
	envs     []Envelope
	revoked  bool
	fail     error
	hold     chan struct{} // Accept waits for it, whatever its context says
	trouble  error         // of Valid
	mailFrom func(address.Mailbox) error
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func (m *memory) Authenticate(_ context.Context, _ Peer, username, password string) (Sender, error) {
	switch {
	case username == "panic":
		panic("a bug")
	case username == "limited":
		return nil, fault.New(fault.Limited, "slow down")
	case username == "broken":
		return nil, context.DeadlineExceeded
	case username != "shop" || password != "secret":
		return nil, fault.New(fault.Unauthorized, "")
	}
	return m, nil
}

func (m *memory) AccountID() id.ID { return "account" }

func (m *memory) Valid(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.revoked {
		return fault.New(fault.Unauthorized, "revoked")
	}
	return m.trouble
}

func (m *memory) MailFrom(_ context.Context, from address.Mailbox) error {
	if m.mailFrom != nil {
		return m.mailFrom(from)
	}
	return nil
}

func (m *memory) Rcpt(_ context.Context, to address.Mailbox) error {
	if to.Local == "panic" {
		panic("a bug")
	}
	if to.Local == "nobody" {
		return fault.New(fault.Forbidden, "not to this one")
	}
	return nil
}

func (m *memory) Accept(_ context.Context, env Envelope, content []byte) (id.ID, error) {
	if m.hold != nil {
		<-m.hold
	}
	if env.From.Local == "panic" {
		panic("a bug")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return "", m.fail
	}
	m.stored = append(m.stored, string(content))
	m.envs = append(m.envs, env)
	return id.New(), nil
}

func (m *memory) messages() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.stored...)
}

// counts is a Metrics that can be read.
type counts struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counts) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[name]++
}
func (c *counts) get(name string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n[name]
}
func (c *counts) Connection(refused string) { c.add("connection " + refused) }
func (c *counts) AuthFailed()               { c.add("auth failed") }
func (c *counts) Accepted(octets int)       { c.add(fmt.Sprintf("accepted %d", octets)) }
func (c *counts) Refused(code int)          { c.add(fmt.Sprintf("refused %d", code)) }

type world struct {
	*memory
	counts        *counts
	server        *Server
	clear, sealed string // addresses
	tls           *tls.Config
}

func newWorld(t testing.TB, change func(*Options)) *world {
	t.Helper()
	serverTLS, pool := fakemx.Certificate(t, time.Hour, "localhost")
	w := &world{memory: &memory{}, counts: &counts{n: map[string]int{}}, tls: &tls.Config{RootCAs: pool, ServerName: "localhost"}}
	o := Options{Hostname: "mail.test", TLS: serverTLS, Auth: w, Metrics: w.counts, MaxMessage: 1 << 20, MaxPerIP: 1000, Timeouts: Timeouts{AuthDelay: time.Millisecond}}
	if change != nil {
		change(&o)
	}
	w.server = New(o)
	serve := func(implicit bool) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if err := w.server.Serve(ln, implicit); err != nil {
				t.Error(err)
			}
		}()
		return ln.Addr().String()
	}
	w.clear, w.sealed = serve(false), serve(true)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		_ = w.server.Shutdown(ctx) // a test may have left a session hanging on purpose
	})
	return w
}

// client speaks raw SMTP.
type client struct {
	t    testing.TB
	conn net.Conn
	br   *bufio.Reader
}

func (w *world) dial(t testing.TB, sealed bool) *client {
	t.Helper()
	var conn net.Conn
	var err error
	if sealed {
		conn, err = tls.Dial("tcp", w.sealed, w.tls)
	} else {
		conn, err = net.Dial("tcp", w.clear)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t, conn, newConnReader(conn)}
}

// signedIn returns a client after EHLO and AUTH over TLS.
func (w *world) signedIn(t testing.TB) *client {
	t.Helper()
	c := w.dial(t, true)
	c.want("220")
	c.say("EHLO c.test", "250")
	c.say("AUTH PLAIN AHNob3AAc2VjcmV0", "235")
	return c
}

func (c *client) write(s string) {
	c.t.Helper()
	_ = c.conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.conn.Write([]byte(s)); err != nil {
		c.t.Logf("write: %v", err)
	}
}

// read returns the next reply, "" at the end of the connection.
func (c *client) read() string {
	c.t.Helper()
	_ = c.conn.SetDeadline(time.Now().Add(5 * time.Second))
	var all strings.Builder
	for {
		line, err := c.br.ReadString('\n')
		all.WriteString(line)
		if err != nil || len(line) > 3 && line[3] == ' ' {
			return all.String()
		}
	}
}

func (c *client) want(prefix string) string {
	c.t.Helper()
	got := c.read()
	lines := strings.Split(strings.TrimRight(got, "\r\n"), "\r\n")
	if prefix == "" && got != "" || !strings.HasPrefix(lines[len(lines)-1], prefix) {
		c.t.Fatalf("got %q, want %q", got, prefix)
	}
	return got
}

func (c *client) say(line, prefix string) string {
	c.t.Helper()
	c.write(line + "\r\n")
	return c.want(prefix)
}

// gone fails unless the connection was closed.
func (c *client) gone() {
	c.t.Helper()
	if got := c.read(); got != "" {
		c.t.Errorf("got %q, want the end", got)
	}
}

// begin brings a transaction to DATA.
func (c *client) begin() {
	c.t.Helper()
	c.say("MAIL FROM:<a@x.example>", "250")
	c.say("RCPT TO:<b@y.example>", "250")
	c.say("DATA", "354")
}

// eventually waits for something that happens on the server without a reply.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Errorf("never: %s", what)
}

func newConnReader(conn net.Conn) *bufio.Reader { return bufio.NewReader(conn) }

func newReader(in []byte) *bufio.Reader {
	return bufio.NewReaderSize(strings.NewReader(string(in)), 4<<10)
}
