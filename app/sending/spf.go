package sending

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"smtpserver/app/mail/resolver"
)

// SPFResolver is the DNS that an SPF record leads to.
type SPFResolver interface {
	TXT(ctx context.Context, name string) ([]string, error)
	MX(ctx context.Context, domain string) ([]resolver.MX, error)
	Addr(ctx context.Context, host string) ([]netip.Addr, error)
}

// ErrSPF is a record that receivers take for broken.
var ErrSPF = errors.New("sending: the SPF record is broken")

const mostSPFQueries = 10 // RFC 7208 §4.6.4

// AllowedBySPF evaluates the SPF record of a name for an address, as a receiver does (RFC
// 7208 §4). Macros, exists and ptr match nothing: our own record needs none of them.
func AllowedBySPF(ctx context.Context, r SPFResolver, name string, addr netip.Addr) (bool, error) {
	e := spf{resolver: r, addr: addr}
	result, err := e.check(ctx, name)
	return result == '+' && err == nil, err
}

// spf is one evaluation.
type spf struct {
	resolver SPFResolver
	addr     netip.Addr
	queries  int
}

// check returns the qualifier of the first term that matches; '?' when none does, and 0
// when there is no record.
func (e *spf) check(ctx context.Context, name string) (byte, error) {
	texts, err := e.resolver.TXT(ctx, name)
	if err != nil && !notFound(err) {
		return 0, err
	}
	records := slices.DeleteFunc(texts, func(s string) bool {
		version, _, _ := strings.Cut(s, " ")
		return !strings.EqualFold(version, "v=spf1")
	})
	switch len(records) {
	case 0:
		return 0, nil
	case 1:
	default:
		return 0, fmt.Errorf("%w: %s has %d", ErrSPF, name, len(records))
	}
	redirect := ""
	for _, term := range strings.Fields(records[0])[1:] {
		if to, is := strings.CutPrefix(strings.ToLower(term), "redirect="); is {
			redirect = to
			continue
		}
		qualifier := byte('+')
		if strings.ContainsRune("+-~?", rune(term[0])) {
			qualifier, term = term[0], term[1:]
		}
		matches, err := e.matches(ctx, name, strings.ToLower(term))
		if err != nil || matches {
			return qualifier, err
		}
	}
	if redirect == "" {
		return '?', nil
	}
	if err := e.query(); err != nil {
		return 0, err
	}
	return e.check(ctx, redirect)
}

func (e *spf) query() error {
	if e.queries++; e.queries > mostSPFQueries {
		return fmt.Errorf("%w: it needs more than %d look-ups", ErrSPF, mostSPFQueries)
	}
	return nil
}

func (e *spf) matches(ctx context.Context, name, term string) (bool, error) {
	end := strings.IndexAny(term, ":/=")
	if end < 0 {
		end = len(term)
	}
	mechanism, rest := term[:end], term[end:]
	switch mechanism {
	case "all":
		return true, nil
	case "ip4", "ip6":
		return e.inNetwork(strings.TrimPrefix(rest, ":"))
	case "include", "a", "mx":
	default:
		return false, nil
	}
	if err := e.query(); err != nil {
		return false, err
	}
	target, lengths, _ := strings.Cut(strings.TrimPrefix(rest, ":"), "/")
	if target == "" {
		target = name
	}
	if mechanism == "include" {
		result, err := e.check(ctx, target)
		return result == '+', err
	}
	hosts := []string{target}
	if mechanism == "mx" {
		list, err := e.resolver.MX(ctx, target)
		if err != nil && !notFound(err) {
			return false, err
		}
		hosts = hosts[:0]
		for _, mx := range list {
			hosts = append(hosts, mx.Host)
		}
	}
	return e.amongHosts(ctx, hosts, lengths)
}

func (e *spf) inNetwork(text string) (bool, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return addr == e.addr, nil
	}
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return false, fmt.Errorf("%w: %s is no network", ErrSPF, text)
	}
	return network.Contains(e.addr), nil
}

// amongHosts looks whether the address is within so many bits of one of the hosts':
// lengths is "24", "24//64" or "/64".
func (e *spf) amongHosts(ctx context.Context, hosts []string, lengths string) (bool, error) {
	bits := e.addr.BitLen()
	four, six, _ := strings.Cut(lengths, "/")
	text := four
	if e.addr.Is6() {
		text = strings.TrimPrefix(six, "/")
	}
	if text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > bits {
			return false, fmt.Errorf("%w: /%s", ErrSPF, lengths)
		}
		bits = n
	}
	for _, host := range hosts {
		addrs, err := e.resolver.Addr(ctx, host)
		if err != nil && !notFound(err) {
			return false, err
		}
		for _, a := range addrs {
			if a.BitLen() != e.addr.BitLen() {
				continue
			}
			if network, err := a.Prefix(bits); err == nil && network.Contains(e.addr) {
				return true, nil
			}
		}
	}
	return false, nil
}
