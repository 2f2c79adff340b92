package fakedns

import (
	"net"

	"github.com/miekg/dns"
)

// Codes for Fail: one of DNS, to spare tests its library, and some of our own.
const (
	ServFail  = dns.RcodeServerFailure
	Silence   = -1 // no answer at all
	Truncated = -2 // over UDP an empty answer with the TC bit; over TCP the whole one
	WrongID   = -3 // only an answer that belongs to another question's id
	Forged    = -4 // answers with a wrong id and a wrong question, and then the true one
)

// ForgedText is in the TXT record that forged answers carry.
const ForgedText = "forged"

// Fail makes every question that meets a name fail, by a response code or one of
// the codes above; dns.RcodeSuccess heals it.
func (s *Server) Fail(name string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code == dns.RcodeSuccess {
		delete(s.fail, key(name))
		return
	}
	s.fail[key(name)] = code
}

func (s *Server) answer(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg)
	m.SetReply(q)
	m.RecursionAvailable = true
	s.mu.Lock()
	fault := s.fill(m, q)
	s.mu.Unlock()
	_, overUDP := w.RemoteAddr().(*net.UDPAddr)
	switch {
	case fault == Silence:
		return
	case fault == WrongID:
		send(w, forge(m, q.Id+1, q.Question[0].Name))
		return
	case fault == Forged:
		send(w, forge(m, q.Id+1, q.Question[0].Name))
		send(w, forge(m, q.Id, "other.invalid."))
	case fault == Truncated && overUDP:
		m.Answer, m.Truncated = nil, true
	}
	if overUDP {
		m.Truncate(room(q))
	}
	send(w, m)
}

// send ignores the error: a client that went away is no matter of the server.
func send(w dns.ResponseWriter, m *dns.Msg) { _ = w.WriteMsg(m) }

// room is how much the client takes in one packet (RFC 6891 §6.2.3).
func room(q *dns.Msg) int {
	if opt := q.IsEdns0(); opt != nil {
		return max(int(opt.UDPSize()), dns.MinMsgSize)
	}
	return dns.MinMsgSize
}

// forge answers with something that is not in the zone.
func forge(m *dns.Msg, id uint16, name string) *dns.Msg {
	f := m.Copy()
	f.Id = id
	f.Rcode = dns.RcodeSuccess
	f.Question[0].Name = name
	head := func(t uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: t, Class: dns.ClassINET, Ttl: 3600}
	}
	f.Answer = []dns.RR{
		&dns.TXT{Hdr: head(dns.TypeTXT), Txt: []string{ForgedText}},
		&dns.MX{Hdr: head(dns.TypeMX), Mx: ForgedText + ".invalid."},
		&dns.A{Hdr: head(dns.TypeA), A: net.IPv4(127, 0, 0, 66)},
	}
	return f
}
