package resolver

import (
	"context"
	"errors"
	"fmt"

	"github.com/miekg/dns"
)

// ask returns the answer section for a question: from the cache, or from the
// first server that answers it. Each server gets two tries.
func (c *Client) ask(ctx context.Context, name string, qtype uint16) ([]dns.RR, error) {
	key := question{clean(name), qtype}
	if c.cache != nil {
		if answer, err, ok := c.cache.get(key); ok {
			return answer, err
		}
	}
	q := new(dns.Msg)
	q.SetQuestion(dns.Fqdn(name), qtype)
	q.SetEdns0(1232, false) // the size that crosses today's networks in one piece
	var last error
	for range 2 {
		for _, server := range c.servers {
			m, err := c.exchange(ctx, q, server)
			if err != nil {
				last = err
				continue
			}
			answer, err := judge(m, key.name)
			var none *NotFound
			if err != nil && !errors.As(err, &none) {
				last = err
				continue
			}
			if c.cache != nil {
				c.cache.put(key, m, answer, err)
			}
			return answer, err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("DNS did not answer for %s: %w", key.name, last)
}

// exchange asks over UDP, then over TCP when the answer was cut.
func (c *Client) exchange(ctx context.Context, q *dns.Msg, server string) (*dns.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	q = q.Copy()
	q.Id = dns.Id()
	udp := dns.Client{Net: "udp", Timeout: c.timeout, UDPSize: 1232}
	m, _, err := udp.ExchangeContext(ctx, q, server)
	if err == nil && m.Truncated {
		tcp := dns.Client{Net: "tcp", Timeout: c.timeout}
		m, _, err = tcp.ExchangeContext(ctx, q, server)
	}
	return m, err
}

func judge(m *dns.Msg, name string) ([]dns.RR, error) {
	switch m.Rcode {
	case dns.RcodeSuccess:
		return m.Answer, nil
	case dns.RcodeNameError:
		return nil, &NotFound{Name: name, NoDomain: true}
	}
	return nil, fmt.Errorf("the DNS server answered %s", dns.RcodeToString[m.Rcode])
}
