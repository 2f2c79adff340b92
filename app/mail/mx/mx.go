package mx

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"

	"smtpserver/app/mail/resolver"
)

// Bounds of what one domain may make us look up and try (F-41: 500 answers).
const (
	maxHosts     = 20
	maxAddresses = 8 // of one host
)

// Host is one mail exchanger.
type Host struct {
	Name       string // or an IP address as text
	Preference uint16
	Addrs      []netip.Addr // to try in this order
}

// Lookup lists the names of a domain's hosts in the order to try them: by preference,
// equal ones shuffled so that load spreads. An address literal is its own host. A
// domain without MX records is its own host, too (the implicit MX). It knows nothing
// of us; Router.Route does. An error is a *Failure.
func Lookup(ctx context.Context, r resolver.Resolver, domain string) ([]string, error) {
	hosts, err := exchangers(ctx, r, domain)
	names := make([]string, 0, len(hosts))
	for _, h := range hosts {
		names = append(names, h.Name)
	}
	return names, err
}

// Addresses resolves one host; an IP address stands for itself, which RFC 5321
// forbids in an MX but people write. A host that is an alias, which RFC 2181 §10.3
// forbids as well, is followed.
func Addresses(ctx context.Context, r resolver.Resolver, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr.Unmap()}, nil
	}
	addrs, err := r.Addr(ctx, host)
	return addrs[:min(len(addrs), maxAddresses)], err
}

// exchangers returns the hosts of a domain, sorted, without addresses.
func exchangers(ctx context.Context, r resolver.Resolver, domain string) ([]Host, error) {
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		return ofLiteral(domain, strings.TrimPrefix(strings.TrimSuffix(literal, "]"), "IPv6:"))
	}
	records, err := r.MX(ctx, domain)
	if err != nil {
		switch certain, name := isNotFound(err); {
		case name:
			return nil, noDomain(domain)
		case certain:
			return []Host{{Name: domain}}, nil
		}
		return nil, unknown(domain)
	}
	if len(records) == 1 && records[0].Host == "." {
		return nil, nullMX(domain)
	}
	hosts := inOrder(records)
	if len(hosts) == 0 {
		return nil, noServer(domain)
	}
	return hosts, nil
}

func ofLiteral(domain, text string) ([]Host, error) {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr.Zone() != "" {
		return nil, noDomain(domain)
	}
	return []Host{{Name: addr.String()}}, nil
}

// inOrder sorts the records that name a host, shuffles equal preferences (RFC 5321
// §5.1) and keeps the best of them, each once. The input is a cache's: it stays as it is.
func inOrder(records []resolver.MX) []Host {
	records = slices.Clone(records)
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] }) //nolint:gosec // spreading load is no secret
	slices.SortStableFunc(records, func(a, b resolver.MX) int { return cmp.Compare(a.Preference, b.Preference) })
	var hosts []Host
	seen := map[string]bool{}
	for _, m := range records {
		if len(hosts) == maxHosts {
			break
		}
		if !seen[m.Host] && isHost(m.Host) {
			seen[m.Host] = true
			hosts = append(hosts, Host{Name: m.Host, Preference: m.Preference})
		}
	}
	return hosts
}

// isHost reports whether a name can be one of a host: letters, digits, hyphens and,
// as people have them, underscores. A stranger's zone can hold any octet, and the
// name goes into logs and pages.
func isHost(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return isIPv6(name)
		}
	}
	return true
}

// isIPv6 reports an IPv6 address, whose colons no host name has.
func isIPv6(name string) bool {
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Is6() && addr.Zone() == ""
}
