package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// MX implements Resolver.
func (c *Client) MX(ctx context.Context, domain string) ([]MX, error) {
	return collect(ctx, c, domain, dns.TypeMX, func(r *dns.MX) (MX, bool) { return MX{clean(r.Mx), r.Preference}, true })
}

// TXT implements Resolver. The strings of one record are joined (RFC 7208 §3.3).
func (c *Client) TXT(ctx context.Context, name string) ([]string, error) {
	return collect(ctx, c, name, dns.TypeTXT, func(r *dns.TXT) (string, bool) { return unescape(strings.Join(r.Txt, "")), true })
}

// NS implements Resolver.
func (c *Client) NS(ctx context.Context, name string) ([]string, error) {
	return collect(ctx, c, name, dns.TypeNS, func(r *dns.NS) (string, bool) { return clean(r.Ns), true })
}

// CNAME implements Resolver: the direct target of the name itself.
func (c *Client) CNAME(ctx context.Context, name string) (string, error) {
	found, err := collect(ctx, c, name, dns.TypeCNAME, func(r *dns.CNAME) (string, bool) { return clean(r.Target), true })
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// PTR implements Resolver.
func (c *Client) PTR(ctx context.Context, addr netip.Addr) ([]string, error) {
	name, err := dns.ReverseAddr(addr.Unmap().WithZone("").String())
	if err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	return collect(ctx, c, name, dns.TypePTR, func(r *dns.PTR) (string, bool) { return clean(r.Ptr), true })
}

// Addr implements Resolver: IPv4 first, then IPv6, asked for at the same time. One
// family may be missing; when one answers, the other's trouble does not matter.
func (c *Client) Addr(ctx context.Context, host string) ([]netip.Addr, error) {
	var v6 []netip.Addr
	var err6 error
	done := make(chan struct{})
	go func() {
		defer close(done)
		v6, err6 = collect(ctx, c, host, dns.TypeAAAA, func(r *dns.AAAA) (netip.Addr, bool) { return fromIP(r.AAAA) })
	}()
	v4, err4 := collect(ctx, c, host, dns.TypeA, func(r *dns.A) (netip.Addr, bool) { return fromIP(r.A) })
	<-done
	if all := append(v4, v6...); len(all) > 0 {
		return all, nil
	}
	var none *NotFound
	if errors.As(err4, &none) {
		return nil, err6 // a temporary error, or the same certain "no"
	}
	return nil, err4
}

func fromIP(ip net.IP) (netip.Addr, bool) {
	addr, ok := netip.AddrFromSlice(ip)
	return addr.Unmap(), ok
}

// collect asks one question and gathers the records of the wanted type.
func collect[T any, R dns.RR](ctx context.Context, c *Client, name string, qtype uint16, take func(R) (T, bool)) ([]T, error) {
	answer, err := c.Ask(ctx, name, qtype)
	if err != nil {
		return nil, err
	}
	var found []T
	for _, rr := range answer.Records {
		if r, ok := rr.(R); ok {
			if v, ok := take(r); ok {
				found = append(found, v)
			}
		}
	}
	if len(found) == 0 {
		return nil, &NotFound{Name: clean(name), Validated: answer.Validated}
	}
	return found, nil
}

func clean(name string) string {
	if name == "." {
		return name
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
