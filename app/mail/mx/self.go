package mx

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// Self is what names us: host names (the EHLO name, those of our own MX records) and
// public addresses.
type Self struct {
	Names []string
	Addrs []netip.Addr
}

// Is reports whether a host is us, by its name or one of its addresses.
func (s Self) Is(h Host) bool {
	same := func(name string) bool { return strings.EqualFold(strings.TrimSuffix(name, "."), h.Name) }
	return slices.ContainsFunc(s.Names, same) || slices.ContainsFunc(h.Addrs, func(a netip.Addr) bool { return slices.Contains(s.Addrs, a) })
}

// cut drops the first host that is us and all that are not preferred to it: they
// would hand the mail to us (RFC 5321 §5.1). hosts are sorted.
func (s Self) cut(hosts []Host) []Host {
	i := slices.IndexFunc(hosts, s.Is)
	if i < 0 {
		return hosts
	}
	worst := hosts[i].Preference
	return slices.DeleteFunc(hosts, func(h Host) bool { return h.Preference >= worst })
}

// OwnAddresses returns the addresses of this machine by which others can reach it;
// loopback and link-local ones say nothing about who a server is.
func OwnAddresses() ([]netip.Addr, error) {
	found, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("mx: own addresses: %w", err)
	}
	var addrs []netip.Addr
	for _, a := range found {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().IsGlobalUnicast() {
			addrs = append(addrs, p.Addr().Unmap())
		}
	}
	return addrs, nil
}
