package fakedns

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

// maxChain is how many aliases are followed, as recursive servers bound it.
const maxChain = 8

// zone is all records by lower-case name with final dot.
type zone map[string][]dns.RR

func parse(text string) (zone, error) {
	z := zone{}
	parser := dns.NewZoneParser(strings.NewReader("$TTL 60\n"+text+"\n"), ".", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		name := key(rr.Header().Name)
		z[name] = append(z[name], rr)
	}
	if err := parser.Err(); err != nil {
		return nil, fmt.Errorf("fakedns: zone: %w", err)
	}
	return z, nil
}

// fill answers the question and returns the fault that it met, or 0.
func (s *Server) fill(m, q *dns.Msg) (fault int) {
	question := q.Question[0]
	name := key(question.Name)
	s.queries = append(s.queries, name+" "+dns.TypeToString[question.Qtype])
	m.AuthenticatedData = q.AuthenticatedData || q.IsEdns0() != nil && q.IsEdns0().Do()
	for range maxChain {
		m.AuthenticatedData = m.AuthenticatedData && s.isSecure(name)
		if code, ok := s.fail[name]; ok && code > 0 {
			m.Rcode = code
			return 0
		} else if ok && fault == 0 {
			fault = code
		}
		rrs, exists := s.zone.at(name)
		if !exists {
			m.Rcode = dns.RcodeNameError // of the last name of a chain (RFC 2308 §2.1)
			m.Ns = s.zone.soa(name)
			return fault
		}
		target := ""
		found := len(m.Answer)
		for _, rr := range rrs {
			if rr.Header().Rrtype == question.Qtype {
				m.Answer = append(m.Answer, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				m.Answer = append(m.Answer, rr)
				target = key(c.Target)
			}
		}
		if len(m.Answer) == found {
			m.Ns = s.zone.soa(name)
		}
		if target == "" || question.Qtype == dns.TypeCNAME {
			return fault
		}
		name = target
	}
	return fault
}

func (s *Server) isSecure(name string) bool {
	return slices.ContainsFunc(s.secure, func(apex string) bool { return dns.IsSubDomain(apex, name) })
}

// at returns the records of a name, made from a wildcard when it has none of its
// own. A name above another exists without records (RFC 8020).
func (z zone) at(name string) (rrs []dns.RR, exists bool) {
	if rrs, exists = z[name]; exists {
		return rrs, true
	}
	for other := range z {
		if strings.HasSuffix(other, "."+name) {
			return nil, true
		}
	}
	for parent := name; parent != "."; {
		next, end := dns.NextLabel(parent, 0)
		if end {
			break
		}
		parent = parent[next:]
		if wild, ok := z["*."+parent]; ok {
			return synthesize(wild, name), true
		}
	}
	return nil, false
}

func synthesize(wild []dns.RR, name string) (rrs []dns.RR) {
	for _, rr := range wild {
		made := dns.Copy(rr)
		made.Header().Name = name
		rrs = append(rrs, made)
	}
	return rrs
}

// soa returns the SOA record above a name, which tells how long "no" holds (RFC 2308 §5).
func (z zone) soa(name string) []dns.RR {
	for apex := name; ; {
		for _, rr := range z[apex] {
			if rr.Header().Rrtype == dns.TypeSOA {
				return []dns.RR{rr}
			}
		}
		next, end := dns.NextLabel(apex, 0)
		if end {
			return nil
		}
		apex = apex[next:]
	}
}
