package resolver

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/miekg/dns"
)

// Answer is the records that answer a question, at the end of their aliases.
type Answer struct {
	Records []dns.RR
	Name    string // the end of the aliases, where the records are
	// Validated: a server that Options.Validates vouches for says that DNSSEC
	// proves the answer. DANE needs it (RFC 7672 §2.1).
	Validated bool
}

// Ask answers a question of any type: from the cache, from the same question if it
// is under way, or from the first server that answers. It may return an Answer
// without records; the methods by type turn that into NotFound.
func (c *Client) Ask(ctx context.Context, name string, qtype uint16) (Answer, error) {
	q := question{clean(name), qtype}
	if _, ok := dns.IsDomainName(q.name); !ok || q.name == "" {
		return Answer{}, &NotFound{Name: q.name, NoDomain: true} // too long to exist
	}
	if c.cache != nil && !c.fresh {
		if known, ok := c.cache.get(q); ok {
			return known.answer, known.err
		}
	}
	if c.fresh {
		return c.askServers(ctx, q) // a question that began before the press is not fresh
	}
	return c.share(ctx, q)
}

// share joins equal questions into one. It runs apart from the caller, so that one
// who gives up does not take the answer from the others.
func (c *Client) share(ctx context.Context, q question) (Answer, error) {
	flight := c.flights.DoChan(q.name+" "+strconv.Itoa(int(q.qtype)), func() (any, error) {
		return c.askServers(context.WithoutCancel(ctx), q)
	})
	select {
	case r := <-flight:
		answer, _ := r.Val.(Answer)
		return answer, r.Err
	case <-ctx.Done():
		return Answer{}, fmt.Errorf("DNS did not answer for %s: %w", q.name, ctx.Err())
	}
}

// askServers gives each server two tries.
func (c *Client) askServers(ctx context.Context, q question) (Answer, error) {
	var last error
	for range 2 {
		for _, server := range c.servers {
			m, err := c.exchange(ctx, q, server)
			if err == nil {
				var answer Answer
				answer, err = c.judge(m, q)
				var none *NotFound
				if err == nil || errors.As(err, &none) {
					if c.cache != nil {
						c.cache.put(q, m, answer, err)
					}
					return answer, err
				}
			}
			last = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return Answer{}, fmt.Errorf("DNS did not answer for %s: %w", q.name, last)
}

// judge tells what a server's message means for the question.
func (c *Client) judge(m *dns.Msg, q question) (Answer, error) {
	validated := c.validates && m.AuthenticatedData
	switch m.Rcode {
	case dns.RcodeSuccess:
		records, end, err := follow(m.Answer, q)
		return Answer{records, end, validated}, err
	case dns.RcodeNameError:
		return Answer{}, &NotFound{Name: q.name, NoDomain: true, Validated: validated}
	}
	return Answer{}, fmt.Errorf("the DNS server answered %s", dns.RcodeToString[m.Rcode])
}

// maxAliases is how many CNAMEs in a row are believed.
const maxAliases = 8

var errAliases = errors.New("the aliases (CNAME) of the name lead in a circle or too far")

// follow goes from the name asked for along its aliases and returns the records
// there. What else an answer holds was not asked for (RFC 2181 §5.4.1).
func follow(answer []dns.RR, q question) (records []dns.RR, name string, err error) {
	name = q.name
	for range maxAliases + 1 {
		alias := ""
		for _, rr := range answer {
			if clean(rr.Header().Name) != name || rr.Header().Class != dns.ClassINET {
				continue
			}
			if rr.Header().Rrtype == q.qtype {
				records = append(records, rr)
			} else if c, ok := rr.(*dns.CNAME); ok {
				alias = clean(c.Target)
			}
		}
		if len(records) > 0 || alias == "" {
			return records, name, nil
		}
		name = alias
	}
	return nil, "", errAliases
}
