package resolver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/miekg/dns"
	"golang.org/x/sync/singleflight"

	"smtpserver/app/clock"
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
	Name      string
	NoDomain  bool // the name itself does not exist (NXDOMAIN), rather than lacking the type
	Validated bool // DNSSEC proves it; see Answer
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
	servers   []string
	timeout   time.Duration
	validates bool
	cache     *cache // nil: none
	fresh     bool   // do not answer from the cache
	flights   *singleflight.Group
}

// Options says whom to ask.
type Options struct {
	Server    string        // host:port; "" means those of /etc/resolv.conf
	Timeout   time.Duration // of one question to one server; 0 means 3 s
	Validates bool          // the servers validate DNSSEC and the way to them is safe
	NoCache   bool
	Clock     clock.Clock // of the cache; nil means the system's
}

// New returns a client.
func New(o Options) (*Client, error) {
	c := &Client{servers: []string{o.Server}, timeout: o.Timeout, validates: o.Validates, flights: &singleflight.Group{}}
	if c.timeout == 0 {
		c.timeout = 3 * time.Second
	}
	if o.Server == "" {
		var err error
		if c.servers, err = systemServers("/etc/resolv.conf"); err != nil {
			return nil, err
		}
	}
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if !o.NoCache {
		c.cache = newCache(o.Clock)
	}
	return c, nil
}

func systemServers(path string) (servers []string, err error) {
	conf, err := dns.ClientConfigFromFile(path)
	if err != nil {
		return nil, fmt.Errorf("resolver: read the system's servers: %w", err)
	}
	for _, s := range conf.Servers {
		servers = append(servers, net.JoinHostPort(s, conf.Port))
	}
	if len(servers) == 0 {
		return nil, errors.New("resolver: no DNS server: set SMTPSERVER_DNS_SERVER")
	}
	return servers, nil
}

// Fresh returns a client that asks anew each time, for "Check now". What it hears
// replaces what the cache of its origin holds, so that both tell the same.
func (c *Client) Fresh() *Client {
	fresh := *c
	fresh.fresh = true
	return &fresh
}
