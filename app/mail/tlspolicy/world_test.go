package tlspolicy_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
)

// The parties: x.example, whose mail exchanger is mx.x.example.
const (
	domain = "x.example"
	host   = "mx.x.example"
	zone   = "x.example. MX 10 mx.x.example.\nmx.x.example. A 127.0.0.1\nmta-sts.x.example. A 127.0.0.1\n"
)

// world is everything outside: DNS, a certificate authority, a policy server, and what
// the finder and the dialer made of it.
type world struct {
	t      *testing.T
	dns    *fakedns.Server
	ca     *fakemx.Authority
	clock  *clock.Fake
	web    *web
	finder *tlspolicy.Finder
	o      tlspolicy.Options

	mu      sync.Mutex
	results []tlspolicy.Result
}

func newWorld(t *testing.T, records ...string) *world {
	t.Helper()
	w := &world{t: t, dns: fakedns.New(t, append(records, zone)...), ca: fakemx.NewAuthority(t), clock: clock.NewFake(time.Now())}
	w.dns.Secure(domain)
	w.web = newWeb(t, w.ca.Issue(t, fakemx.NoFlaw, "mta-sts.x.example"))
	w.o = tlspolicy.Options{
		Resolver: w.resolver(true), HTTP: w.client(w.web.port()), Cache: tlspolicy.NewMemory(100), Clock: w.clock,
		Report: w.report, Log: slog.New(slog.DiscardHandler), Timeout: 5 * time.Second,
	}
	w.finder = tlspolicy.New(w.o)
	return w
}

func (w *world) resolver(validates bool) *resolver.Client {
	w.t.Helper()
	r, err := resolver.New(resolver.Options{Server: w.dns.Addr(), Timeout: 300 * time.Millisecond, Validates: validates, NoCache: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) client(port int) *http.Client {
	return tlspolicy.NewClient(tlspolicy.ClientOptions{
		Resolver: w.resolver(true), Allowed: netip.Addr.IsLoopback, Roots: w.ca.Pool, Port: port,
	})
}

func (w *world) report(r tlspolicy.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.results = append(w.results, r)
}

// reasons returns what was reported of a host ("" for the policy itself).
func (w *world) reasons(host string) (out []tlspolicy.Reason) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.results {
		if r.Host == host {
			out = append(out, r.Reason)
		}
	}
	return out
}

// announce publishes an MTA-STS policy for x.example.
func (w *world) announce(id, mode string, mx ...string) {
	w.t.Helper()
	w.add(`_mta-sts.x.example. TXT "v=STSv1; id=` + id + `;"`)
	text := "version: STSv1\nmode: " + mode + "\n"
	for _, pattern := range mx {
		text += "mx: " + pattern + "\n"
	}
	w.web.serve(text + "max_age: 604800\n")
}

func (w *world) add(records string) {
	w.t.Helper()
	if err := w.dns.Add(records); err != nil {
		w.t.Fatal(err)
	}
}

// set replaces the zone's additions.
func (w *world) set(records ...string) {
	w.t.Helper()
	if err := w.dns.Set(zone + strings.Join(records, "\n")); err != nil {
		w.t.Fatal(err)
	}
}

// send does what a delivery does: ask for the policy, connect, and hand over a message.
func (w *world) send(mx *fakemx.Server) error {
	w.t.Helper()
	r, err := w.finder.Host(w.t.Context(), domain, host)
	if err != nil {
		return err
	}
	second := time.Second
	d := smtpclient.Dialer{
		Name: "out.example", AllowPrivate: true, TLS: &tls.Config{RootCAs: w.ca.Pool}, Report: w.report,
		Timeouts: smtpclient.Timeouts{Connect: second, Greeting: second, Command: second, DataStart: second, DataBlock: second, DataEnd: second},
	}
	address := netip.MustParseAddrPort(mx.Addr())
	conn, _, err := d.DialPolicy(w.t.Context(), host, address.Addr(), mx.Port(), r)
	if errors.Is(err, smtpclient.ErrTLS) {
		conn, _, err = d.Dial(w.t.Context(), host, address.Addr(), mx.Port(), smtpclient.Clear)
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Send(w.t.Context(), &smtpclient.Message{
		From: "a@us.example", Recipients: []smtpclient.Recipient{{Path: "b@x.example"}}, Content: [][]byte{[]byte("Subject: x\r\n\r\nx\r\n")},
	}).Err
}

// refused checks that a policy kept the message, and that nothing of it was said: not
// even where it is from.
func refused(t *testing.T, err error, mx *fakemx.Server, reason tlspolicy.Reason) {
	t.Helper()
	var failure *tlspolicy.Error
	if !errors.As(err, &failure) || failure.Reason != reason || failure.Detail == "" || failure.Domain != domain || errors.Is(err, smtpclient.ErrTLS) {
		t.Errorf("error %v, want %s", err, reason)
	}
	for _, line := range mx.Commands() {
		if verb, _, _ := strings.Cut(line, " "); !slices.Contains([]string{"EHLO", "STARTTLS", "QUIT"}, verb) {
			t.Errorf("said %q", line)
		}
	}
	if len(mx.Messages()) != 0 {
		t.Error("a message was delivered")
	}
}

// delivered checks that exactly one message came, encrypted or not.
func delivered(t *testing.T, err error, mx *fakemx.Server, encrypted bool) {
	t.Helper()
	if m := mx.Messages(); err != nil || len(m) != 1 || m[0].TLS != encrypted {
		t.Errorf("error %v, messages %+v", err, m)
	}
}

// web is the policy server.
type web struct {
	*httptest.Server
	mu      sync.Mutex
	handler http.HandlerFunc
	asked   int
}

func newWeb(t *testing.T, config *tls.Config) *web {
	t.Helper()
	s := &web{handler: http.NotFound}
	s.Server = httptest.NewUnstartedServer(s)
	s.TLS, s.Config.ErrorLog = config, slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func (s *web) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	handler := s.handler
	s.asked++
	s.mu.Unlock()
	if r.Host != "mta-sts.x.example" || r.URL.Path != "/.well-known/mta-sts.txt" {
		handler = http.NotFound
	}
	handler(w, r)
}

func (s *web) handle(f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = f
}

func (s *web) serve(text string) {
	s.handle(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, text)
	})
}

func (s *web) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *web) port() int { return int(netip.MustParseAddrPort(s.Listener.Addr().String()).Port()) }

// tlsa writes a record about the i-th certificate that a server shows.
func tlsa(t *testing.T, owner string, config *tls.Config, i, usage, selector, matching int) string {
	t.Helper()
	c, err := x509.ParseCertificate(config.Certificates[0].Certificate[i])
	if err != nil {
		t.Fatal(err)
	}
	data := c.Raw
	if selector == 1 {
		data = c.RawSubjectPublicKeyInfo
	}
	switch matching {
	case 1:
		sum := sha256.Sum256(data)
		data = sum[:]
	case 2:
		sum := sha512.Sum512(data)
		data = sum[:]
	}
	return fmt.Sprintf("_25._tcp.%s. TLSA %d %d %d %x\n", owner, usage, selector, matching, data)
}
