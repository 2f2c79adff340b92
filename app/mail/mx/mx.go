// Package mx finds the servers of a recipient domain (RFC 5321 §5.1, RFC 7505).
package mx

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/resolver"
)

// maxHosts bounds what one domain may make us look up and try.
const maxHosts = 10

// Failure says why a domain has no servers to try. Reply is in the words of SMTP;
// a 4yz code means that another time may be better.
type Failure struct {
	Reply  *reply.Reply
	Reason string // a sentence for people
}

// Error implements error.
func (f *Failure) Error() string { return f.Reply.Error() }

// Lookup lists the hosts of a domain in the order to try them: by preference, equal
// ones shuffled so that load spreads. An address literal is its own host. A domain
// without MX records is its own host, too (the implicit MX).
func Lookup(ctx context.Context, r resolver.Resolver, domain string) ([]string, error) {
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		return []string{strings.TrimPrefix(strings.TrimSuffix(literal, "]"), "IPv6:")}, nil
	}
	records, err := r.MX(ctx, domain)
	var none *resolver.NotFound
	switch {
	case errors.As(err, &none) && none.NoDomain:
		return nil, &Failure{reply.New(550, reply.Enhanced{5, 1, 2}, "domain does not exist"), "The domain " + domain + " does not exist."}
	case errors.As(err, &none):
		return []string{domain}, nil
	case err != nil:
		return nil, &Failure{reply.New(451, reply.Enhanced{4, 4, 3}, "DNS lookup failed"), "DNS did not tell us the mail servers of " + domain + "."}
	}
	if len(records) == 1 && records[0].Host == "." {
		return nil, &Failure{reply.New(556, reply.Enhanced{5, 1, 10}, "domain takes no mail (null MX)"), "The domain " + domain + " says that it takes no mail."}
	}
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	slices.SortStableFunc(records, func(a, b resolver.MX) int { return cmp.Compare(a.Preference, b.Preference) })
	var hosts []string
	for _, m := range records[:min(len(records), maxHosts)] {
		if m.Host != "." && !slices.Contains(hosts, m.Host) {
			hosts = append(hosts, m.Host)
		}
	}
	return hosts, nil
}

// Addresses resolves one host; an IP address stands for itself, which RFC 5321
// forbids in an MX but people write.
func Addresses(ctx context.Context, r resolver.Resolver, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	return r.Addr(ctx, host)
}
