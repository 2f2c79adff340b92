package resolver

import (
	"context"
	"encoding/hex"
	"errors"

	"github.com/miekg/dns"
)

// Proof is what DNSSEC says about a name. Without Options.Validates nothing is
// secure, and no question is asked.
type Proof struct {
	Name   string // the end of the aliases
	Secure bool   // DNSSEC proves the answer, its aliases included
}

// TLSA is one association of a name with a certificate (RFC 6698 §2.1).
type TLSA struct {
	Usage, Selector, Matching uint8
	Data                      []byte
}

// ProveMX tells whether DNSSEC proves a domain's MX records, or that it has none.
func (c *Client) ProveMX(ctx context.Context, domain string) (Proof, error) {
	return c.prove(ctx, domain, dns.TypeMX)
}

// ProveAlias tells whether DNSSEC proves the CNAME record of the name itself, or
// that it has none.
func (c *Client) ProveAlias(ctx context.Context, name string) (Proof, error) {
	return c.prove(ctx, name, dns.TypeCNAME)
}

// ProveAddr tells whether DNSSEC proves a host's addresses. One family that does not
// answer does not matter when the other has addresses, as in Addr.
func (c *Client) ProveAddr(ctx context.Context, host string) (Proof, error) {
	if !c.validates {
		return Proof{Name: clean(host)}, nil
	}
	var v6 Answer
	var err6 error
	done := make(chan struct{})
	go func() {
		defer close(done)
		v6, err6 = c.Ask(ctx, host, dns.TypeAAAA)
	}()
	v4, err4 := c.Ask(ctx, host, dns.TypeA)
	<-done
	switch has4, has6 := len(v4.Records) > 0, len(v6.Records) > 0; {
	case has4 && has6:
		return Proof{v4.Name, v4.Validated && v6.Validated}, nil
	case has4:
		return Proof{v4.Name, v4.Validated}, nil
	case has6:
		return Proof{v6.Name, v6.Validated}, nil
	case err4 != nil:
		return proofOf(host, v4, err4)
	}
	return proofOf(host, v6, err6)
}

func (c *Client) prove(ctx context.Context, name string, qtype uint16) (Proof, error) {
	if !c.validates {
		return Proof{Name: clean(name)}, nil
	}
	answer, err := c.Ask(ctx, name, qtype)
	return proofOf(name, answer, err)
}

func proofOf(name string, answer Answer, err error) (Proof, error) {
	var none *NotFound
	switch {
	case errors.As(err, &none):
		return Proof{clean(name), none.Validated}, nil
	case err != nil:
		return Proof{}, err
	}
	return Proof{answer.Name, answer.Validated}, nil
}

// TLSA returns the records of a name like _25._tcp.mx.example.com, and whether DNSSEC
// proves them. None at all, proven or not, is no error: an error means that nobody
// knows, which for DANE is no reason to go on without (RFC 7672 §2.1.2).
func (c *Client) TLSA(ctx context.Context, name string) (records []TLSA, secure bool, err error) {
	answer, err := c.Ask(ctx, name, dns.TypeTLSA)
	proof, err := proofOf(name, answer, err)
	if err != nil {
		return nil, false, err
	}
	for _, rr := range answer.Records {
		r, ok := rr.(*dns.TLSA)
		if !ok {
			continue
		}
		// What is no hexadecimal cannot come from the wire; empty, it is unusable.
		data, _ := hex.DecodeString(r.Certificate)
		records = append(records, TLSA{r.Usage, r.Selector, r.MatchingType, data})
	}
	return records, proof.Secure, nil
}
