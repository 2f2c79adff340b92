package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/miekg/dns"
)

// packetSize is what crosses today's networks in one piece (RFC 9715 §3.1 says 1400 at
// most; 1232 fits every IPv6 path).
const packetSize = 1232

// exchange asks one server over UDP, over TCP when the answer was cut, and without
// EDNS when the server does not know that (RFC 6891 §7).
func (c *Client) exchange(ctx context.Context, q question, server string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	query := new(dns.Msg)
	query.SetQuestion(dns.Fqdn(q.name), q.qtype)
	query.SetEdns0(packetSize, false)
	query.AuthenticatedData = c.validates // "tell me whether you validated" (RFC 6840 §5.7)
	m, err := roundTrip(ctx, "udp", server, query)
	if err == nil && m.Rcode == dns.RcodeFormatError {
		query.Extra = nil
		m, err = roundTrip(ctx, "udp", server, query)
	}
	if err == nil && m.Truncated {
		m, err = roundTrip(ctx, "tcp", server, query)
	}
	return m, err
}

// roundTrip sends the query from a new socket, so with a new port and id, and waits
// for its answer. Whatever else arrives is not ours (RFC 5452 §4, §9).
func roundTrip(ctx context.Context, network, server string, query *dns.Msg) (*dns.Msg, error) {
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, network, server)
	if err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	defer func() { _ = raw.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	conn := &dns.Conn{Conn: raw, UDPSize: packetSize}
	query.Id = dns.Id()
	if err := conn.WriteMsg(query); err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	for {
		m, err := conn.ReadMsg()
		if err == nil && answers(m, query) {
			return m, nil
		}
		var broken net.Error
		if err != nil && (network == "tcp" || errors.As(err, &broken)) {
			return nil, fmt.Errorf("resolver: %w", errors.Join(err, ctx.Err()))
		}
	}
}

// answers reports whether a message is the answer to the query.
func answers(m, query *dns.Msg) bool {
	if m.Id != query.Id || !m.Response || m.Opcode != dns.OpcodeQuery {
		return false
	}
	if len(m.Question) == 0 {
		return m.Rcode == dns.RcodeFormatError // servers may leave it out of a refusal
	}
	got, want := m.Question[0], query.Question[0]
	return len(m.Question) == 1 && got.Qtype == want.Qtype && got.Qclass == want.Qclass && clean(got.Name) == clean(want.Name)
}
