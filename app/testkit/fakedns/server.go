package fakedns

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// Server answers on UDP and TCP, on the same port.
type Server struct {
	mu      sync.Mutex
	zone    zone
	fail    map[string]int
	secure  []string // apexes whose answers count as validated
	queries []string

	udp, tcp *dns.Server
	addr     string
}

// New starts a server with zone text in master-file form and stops it with the test.
func New(t testing.TB, zoneText ...string) *Server {
	t.Helper()
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Set(strings.Join(zoneText, "\n")); err != nil {
		t.Fatal(err)
	}
	return s
}

// Start starts an empty server.
func Start(addr string) (*Server, error) {
	packets, streams, err := listen(addr)
	if err != nil {
		return nil, err
	}
	s := &Server{zone: zone{}, fail: map[string]int{}, addr: streams.Addr().String()}
	s.udp = &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(s.answer)}
	s.tcp = &dns.Server{Listener: streams, Handler: dns.HandlerFunc(s.answer)}
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
		<-started
	}
	return s, nil
}

// listen opens both sockets. A port that is free for TCP may be taken for UDP by
// another test, so a port of the system's choice is chosen anew until both fit.
func listen(addr string) (net.PacketConn, net.Listener, error) {
	var last error
	for range 50 {
		streams, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, nil, fmt.Errorf("fakedns: %w", err)
		}
		packets, err := net.ListenPacket("udp", streams.Addr().String())
		if err == nil {
			return packets, streams, nil
		}
		last = errors.Join(err, streams.Close())
		if !strings.HasSuffix(addr, ":0") {
			break
		}
	}
	return nil, nil, fmt.Errorf("fakedns: %w", last)
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Close stops the server.
func (s *Server) Close() {
	_ = s.udp.Shutdown() // fails only when already closed
	_ = s.tcp.Shutdown()
}

// Set replaces the zone. Records without a TTL get 60 seconds.
func (s *Server) Set(zoneText string) error {
	parsed, err := parse(zoneText)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.zone = parsed
	return nil
}

// Add adds records to the zone.
func (s *Server) Add(zoneText string) error {
	parsed, err := parse(zoneText)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, rrs := range parsed {
		s.zone[name] = append(s.zone[name], rrs...)
	}
	return nil
}

// Secure names the apexes whose answers carry the AD bit, as a validating resolver
// sets it (RFC 4035 §3.2.3); none means no zone is signed.
func (s *Server) Secure(apexes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secure = nil
	for _, apex := range apexes {
		s.secure = append(s.secure, key(apex))
	}
}

// Queries returns what was asked, like "example.com. MX".
func (s *Server) Queries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.queries)
}

func key(name string) string { return strings.ToLower(dns.Fqdn(name)) }
