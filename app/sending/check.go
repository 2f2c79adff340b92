package sending

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"smtpserver/app/mail/resolver"
)

// Resolver is the DNS that a check asks.
type Resolver interface {
	PTR(ctx context.Context, addr netip.Addr) ([]string, error)
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
}

// Judge checks that the reverse name of an address is its EHLO name and leads back to it
// . A DNS that does not answer decides nothing.
func Judge(ctx context.Context, r Resolver, a Address) (v Verdict, problem string, err error) {
	names, err := r.PTR(ctx, a.Source())
	if err != nil && !notFound(err) {
		return "", "", err
	}
	if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, a.Name) }) {
		said := "it has none"
		if len(names) > 0 {
			said = "it is " + names[0]
		}
		return Wrong, fmt.Sprintf("the reverse name of %s must be %s, but %s: have your network provider set it", a.Address, a.Name, said), nil
	}
	addrs, err := r.Addr(ctx, a.Name)
	if err != nil && !notFound(err) {
		return "", "", err
	}
	if !slices.Contains(addrs, a.Source()) {
		return Wrong, fmt.Sprintf("%s must lead to %s: publish its address record", a.Name, a.Address), nil
	}
	return Good, "", nil
}

func notFound(err error) bool {
	var none *resolver.NotFound
	return errors.As(err, &none)
}

// refused are answers by which a blocklist says that it does not answer us.
var refused = netip.MustParsePrefix("127.255.255.0/24")

var loopback = netip.MustParsePrefix("127.0.0.0/8")

// ListedBy asks DNS blocklists (RFC 5782) and returns the first that lists the address.
func ListedBy(ctx context.Context, r Resolver, a Address, zones []string) (string, error) {
	for _, zone := range zones {
		answers, err := r.Addr(ctx, reversed(a.Source())+"."+zone)
		if err != nil && !notFound(err) {
			return "", fmt.Errorf("sending: ask %s: %w", zone, err)
		}
		for _, said := range answers {
			if loopback.Contains(said) && !refused.Contains(said) {
				return zone, nil
			}
		}
	}
	return "", nil
}

// reversed writes an address as a blocklist's zone has it (RFC 5782 §2.1, §2.4).
func reversed(a netip.Addr) string {
	var parts []string
	if a.Is4() {
		for _, b := range a.As4() {
			parts = append(parts, fmt.Sprint(b))
		}
	} else {
		for _, b := range a.As16() {
			parts = append(parts, fmt.Sprintf("%x", b>>4), fmt.Sprintf("%x", b&15))
		}
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// Check judges every address anew. What cannot be told now stays as it was.
func (p *Pools) Check(ctx context.Context, r Resolver, zones []string) error {
	all, err := p.All(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range all {
		v, problem, err := Judge(ctx, r, a)
		if err == nil {
			a.Verdict, a.Problem = v, problem
		}
		by, listErr := ListedBy(ctx, r, a, zones)
		if listErr == nil {
			a.ListedBy = by
		}
		errs = append(errs, err, listErr, p.judged(ctx, a))
	}
	return errors.Join(errs...)
}

// Ready is an error when an address that should send must not, with the remedy.
func (p *Pools) Ready(ctx context.Context) error {
	all, err := p.All(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		switch {
		case a.Paused:
		case a.Verdict == Wrong:
			return errors.New(a.Problem)
		case a.ListedBy != "":
			return fmt.Errorf("%s is listed by %s: see why there and have it removed, or take the address out", a.Address, a.ListedBy)
		}
	}
	return nil
}
