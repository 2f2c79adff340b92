package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// MX is one mail exchanger. Host "." is the null MX (RFC 7505).
type MX struct {
	Host       string // lower case, without the final dot (but for ".")
	Preference uint16
}

// Resolver answers from DNS. Errors are *NotFound, or temporary.
type Resolver interface {
	MX(ctx context.Context, domain string) ([]MX, error)
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
	TXT(ctx context.Context, name string) ([]string, error)
	CNAME(ctx context.Context, name string) (string, error)
	NS(ctx context.Context, name string) ([]string, error)
	PTR(ctx context.Context, addr netip.Addr) ([]string, error)
}

// NotFound says for certain that there is no such record.
type NotFound struct {
	Name     string
	NoDomain bool // the name itself does not exist (NXDOMAIN), rather than lacking the type
}

// Error implements error.
func (e *NotFound) Error() string {
	if e.NoDomain {
		return "the domain " + e.Name + " does not exist in DNS"
	}
	return e.Name + " has no such record in DNS"
}

// Client asks DNS servers. Safe for concurrent use.
type Client struct {
	servers []string
	timeout time.Duration
	cache   *cache // nil: none
}

// Options says whom to ask.
type Options struct {
	Server  string        // host:port; "" means those of /etc/resolv.conf
	Timeout time.Duration // of one question to one server; 0 means 3 s
	NoCache bool
}

// New returns a client.
func New(o Options) (*Client, error) {
	c := &Client{servers: []string{o.Server}, timeout: o.Timeout}
	if c.timeout == 0 {
		c.timeout = 3 * time.Second
	}
	if o.Server == "" {
		conf, err := dns.ClientConfigFromFile("/etc/resolv.conf")
		if err != nil {
			return nil, fmt.Errorf("resolver: read the system's servers: %w", err)
		}
		c.servers = nil
		for _, s := range conf.Servers {
			c.servers = append(c.servers, net.JoinHostPort(s, conf.Port))
		}
	}
	if len(c.servers) == 0 {
		return nil, errors.New("resolver: no DNS server: set SMTPSERVER_DNS_SERVER")
	}
	if !o.NoCache {
		c.cache = newCache()
	}
	return c, nil
}

// Fresh returns a client that asks anew each time, for "Check now".
func (c *Client) Fresh() *Client { return &Client{servers: c.servers, timeout: c.timeout} }

// MX implements Resolver.
func (c *Client) MX(ctx context.Context, domain string) ([]MX, error) {
	return collect(ctx, c, domain, dns.TypeMX, func(r *dns.MX) (MX, bool) { return MX{clean(r.Mx), r.Preference}, true })
}

// TXT implements Resolver. The strings of one record are joined (RFC 7208 §3.3).
func (c *Client) TXT(ctx context.Context, name string) ([]string, error) {
	return collect(ctx, c, name, dns.TypeTXT, func(r *dns.TXT) (string, bool) { return strings.Join(r.Txt, ""), true })
}

// NS implements Resolver.
func (c *Client) NS(ctx context.Context, name string) ([]string, error) {
	return collect(ctx, c, name, dns.TypeNS, func(r *dns.NS) (string, bool) { return clean(r.Ns), true })
}

// CNAME implements Resolver: the direct target of the name itself.
func (c *Client) CNAME(ctx context.Context, name string) (string, error) {
	found, err := collect(ctx, c, name, dns.TypeCNAME, func(r *dns.CNAME) (string, bool) {
		return clean(r.Target), strings.EqualFold(clean(r.Hdr.Name), clean(name))
	})
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// PTR implements Resolver.
func (c *Client) PTR(ctx context.Context, addr netip.Addr) ([]string, error) {
	name, err := dns.ReverseAddr(addr.String())
	if err != nil {
		return nil, fmt.Errorf("resolver: %w", err)
	}
	return collect(ctx, c, name, dns.TypePTR, func(r *dns.PTR) (string, bool) { return clean(r.Ptr), true })
}

// Addr implements Resolver: IPv4 first, then IPv6. One family may be missing.
func (c *Client) Addr(ctx context.Context, host string) ([]netip.Addr, error) {
	v4, err4 := collect(ctx, c, host, dns.TypeA, func(r *dns.A) (netip.Addr, bool) { return fromIP(r.A) })
	v6, err6 := collect(ctx, c, host, dns.TypeAAAA, func(r *dns.AAAA) (netip.Addr, bool) { return fromIP(r.AAAA) })
	if all := append(v4, v6...); len(all) > 0 {
		return all, nil
	}
	var none *NotFound
	if err4 != nil && !errors.As(err4, &none) {
		return nil, err4
	}
	if err6 != nil && !errors.As(err6, &none) {
		return nil, err6
	}
	return nil, errors.Join(err4)
}

func fromIP(ip net.IP) (netip.Addr, bool) {
	addr, ok := netip.AddrFromSlice(ip)
	return addr.Unmap(), ok
}

// collect asks one question and gathers the answers of the wanted type.
func collect[T any, R dns.RR](ctx context.Context, c *Client, name string, qtype uint16, take func(R) (T, bool)) ([]T, error) {
	answer, err := c.ask(ctx, name, qtype)
	if err != nil {
		return nil, err
	}
	var found []T
	for _, rr := range answer {
		if r, ok := rr.(R); ok {
			if v, ok := take(r); ok {
				found = append(found, v)
			}
		}
	}
	if len(found) == 0 {
		return nil, &NotFound{Name: clean(name)}
	}
	return found, nil
}

func clean(name string) string {
	if name == "." {
		return name
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}
