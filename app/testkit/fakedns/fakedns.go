// Package fakedns is a real DNS server on loopback whose zone is text, changeable
// while it runs.
package fakedns

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// Silence as a response code makes the server not answer at all.
const Silence = -1

// Server answers on UDP and TCP.
type Server struct {
	mu      sync.Mutex
	records map[string][]dns.RR // by lower-case name with final dot
	fail    map[string]int
	queries []string
	udp     *dns.Server
	tcp     *dns.Server
	addr    string
}

// New starts a server with zone text in master-file form and stops it with the test.
func New(t testing.TB, zone string) *Server {
	t.Helper()
	s, err := Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if err := s.Set(zone); err != nil {
		t.Fatal(err)
	}
	return s
}

// Start starts an empty server.
func Start(addr string) (*Server, error) {
	s := &Server{records: map[string][]dns.RR{}, fail: map[string]int{}}
	packets, err := net.ListenPacket("udp", addr)
	if err != nil {
		return nil, fmt.Errorf("fakedns: %w", err)
	}
	s.addr = packets.LocalAddr().String()
	streams, err := net.Listen("tcp", s.addr)
	if err != nil {
		return nil, fmt.Errorf("fakedns: %w", err)
	}
	s.udp = &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(s.answer)}
	s.tcp = &dns.Server{Listener: streams, Handler: dns.HandlerFunc(s.answer)}
	for _, server := range []*dns.Server{s.udp, s.tcp} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go func() { _ = server.ActivateAndServe() }()
		<-started
	}
	return s, nil
}

// Addr returns host:port.
func (s *Server) Addr() string { return s.addr }

// Close stops the server.
func (s *Server) Close() {
	_ = s.udp.Shutdown()
	_ = s.tcp.Shutdown()
}

// Set replaces the zone.
func (s *Server) Set(zone string) error {
	records, err := parse(zone)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.records = records
	return nil
}

// Add adds records to the zone.
func (s *Server) Add(zone string) error {
	records, err := parse(zone)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, rrs := range records {
		s.records[name] = append(s.records[name], rrs...)
	}
	return nil
}

// Fail makes every question for a name fail with a response code; dns.RcodeSuccess heals it.
func (s *Server) Fail(name string, rcode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name = strings.ToLower(dns.Fqdn(name))
	if rcode == dns.RcodeSuccess {
		delete(s.fail, name)
		return
	}
	s.fail[name] = rcode
}

// Queries returns what was asked, like "example.com. MX".
func (s *Server) Queries() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.queries...)
}

func parse(zone string) (map[string][]dns.RR, error) {
	records := map[string][]dns.RR{}
	z := dns.NewZoneParser(strings.NewReader("$TTL 60\n"+zone+"\n"), ".", "")
	for rr, ok := z.Next(); ok; rr, ok = z.Next() {
		name := strings.ToLower(rr.Header().Name)
		records[name] = append(records[name], rr)
	}
	if err := z.Err(); err != nil {
		return nil, fmt.Errorf("fakedns: zone: %w", err)
	}
	return records, nil
}

func (s *Server) answer(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	s.mu.Lock()
	silent := s.fill(m, q.Question[0])
	s.mu.Unlock()
	if silent {
		return
	}
	if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
		m.Truncate(1232)
	}
	_ = w.WriteMsg(m)
}

// fill follows CNAMEs as a recursive server does; a loop ends with what was found.
func (s *Server) fill(m *dns.Msg, q dns.Question) (silent bool) {
	name := strings.ToLower(q.Name)
	s.queries = append(s.queries, name+" "+dns.TypeToString[q.Qtype])
	for range 8 {
		if rcode, ok := s.fail[name]; ok {
			m.Rcode = max(rcode, 0)
			return rcode == Silence
		}
		rrs, exists := s.records[name]
		if !exists && len(m.Answer) == 0 && !s.hasBelow(name) {
			m.Rcode = dns.RcodeNameError
			return false
		}
		target := ""
		for _, rr := range rrs {
			if rr.Header().Rrtype == q.Qtype {
				m.Answer = append(m.Answer, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				m.Answer = append(m.Answer, rr)
				target = strings.ToLower(c.Target)
			}
		}
		if target == "" || q.Qtype == dns.TypeCNAME {
			return false
		}
		name = target
	}
	return false
}

// hasBelow tells an empty non-terminal from a name that does not exist (RFC 8020).
func (s *Server) hasBelow(name string) bool {
	for other := range s.records {
		if strings.HasSuffix(other, "."+name) {
			return true
		}
	}
	return false
}
