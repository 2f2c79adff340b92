package tlspolicy

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Host returns what a connection to one mail exchanger of a domain must prove. An
// error, always temporary, is an *Error when a policy forbids to use the host now.
func (f *Finder) Host(ctx context.Context, domain, host string) (Requirement, error) {
	domain, host = name(domain), name(host)
	r, err := f.dane(ctx, domain, host)
	if err == nil && r.Mode < DANE {
		r, err = f.sts(ctx, r, domain, host)
	}
	if err != nil {
		f.report(host, err)
		return Requirement{}, err
	}
	return r, nil
}

func name(s string) string { return strings.ToLower(strings.TrimSuffix(s, ".")) }

// sts adds what the domain's MTA-STS policy asks for to what DANE left open.
func (f *Finder) sts(ctx context.Context, r Requirement, domain, host string) (Requirement, error) {
	p, err := f.Find(ctx, domain)
	if err != nil {
		return r, err
	}
	asks := Requirement{Mode: Verified, Applied: Applied{Domain: domain, Kind: KindSTS, Text: p.Lines, MX: p.MX}}
	if p.Lists(host) {
		asks.Names = []string{host}
	}
	switch {
	case p.Mode == Enforce && asks.Names == nil:
		return r, asks.unlisted()
	case p.Mode == Enforce:
		return asks, nil
	case p.Mode == Testing && r.Mode == Opportunistic:
		asks.Mode, asks.Trial = Opportunistic, true
		return asks, nil
	}
	return r, nil
}

// dane is RFC 7672 §2.2: TLSA records count when DNSSEC proves all the way to them.
func (f *Finder) dane(ctx context.Context, domain, host string) (Requirement, error) {
	none := Requirement{Applied: Applied{Domain: domain, Kind: KindNone}}
	if strings.HasPrefix(domain, "[") {
		return none, nil // an address literal has no zone
	}
	unknown := func(err error) (Requirement, error) {
		return none, &Error{
			Applied: Applied{Domain: domain, Kind: KindTLSA}, Reason: DNSSECInvalid,
			Detail: "DNS did not answer, or DNSSEC disproved it", Cause: err,
		}
	}
	exchangers, err := f.o.Resolver.ProveMX(ctx, domain)
	switch {
	case err != nil:
		return unknown(err)
	case !exchangers.Secure:
		return none, nil
	}
	bases, err := f.bases(ctx, host)
	if err != nil {
		return unknown(err)
	}
	for _, base := range bases {
		records, secure, err := f.o.Resolver.TLSA(ctx, "_"+strconv.Itoa(f.o.Port)+"._tcp."+base)
		switch {
		case err != nil:
			return unknown(err)
		case secure && len(records) > 0:
			r := Requirement{Mode: DANE, SNI: base, TLSA: usable(records)}
			r.Applied = Applied{Domain: domain, Kind: KindTLSA, Text: texts(records)}
			if len(r.TLSA) == 0 {
				r.Mode = Encrypted // unusable records still promise TLS
				return r, nil
			}
			r.Names = unique(base, host, domain, exchangers.Name)
			return r, nil
		}
	}
	return none, nil
}

// bases lists the names whose TLSA records may speak for a host (RFC 7672 §2.2.2,
// §2.2.3): where its aliases end, then the host itself. When the aliases lead into an
// unsigned zone only the host itself, if its own alias is proven; and without proof
// none, so that a name server that chokes on TLSA harms no unsigned domain.
func (f *Finder) bases(ctx context.Context, host string) ([]string, error) {
	addrs, err := f.o.Resolver.ProveAddr(ctx, host)
	switch {
	case err != nil:
		return nil, err
	case addrs.Secure:
		return unique(addrs.Name, host), nil
	case addrs.Name == host:
		return nil, nil
	}
	alias, err := f.o.Resolver.ProveAlias(ctx, host)
	if err != nil || !alias.Secure {
		return nil, err
	}
	return []string{host}, nil
}

func unique(names ...string) (out []string) {
	for _, n := range names {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
