package smtpclient

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// ErrPrivate reports an address that nothing may connect to.
var ErrPrivate = errors.New("smtpclient: a private or reserved address")

// control refuses forbidden addresses at the last moment, on the address that is
// really dialled, so that no DNS answer can change it in between (W-02).
func (d *Dialer) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("smtpclient: %w", err)
	}
	if !d.AllowPrivate && !Public(ap.Addr()) {
		return ErrPrivate
	}
	return nil
}

// reserved are ranges that are not of the open internet (the IANA special-purpose
// registries), those that carry another address inside (6to4, Teredo), and one
// public address by which a cloud gives secrets to its machines.
var reserved = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"168.63.129.16/32",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// allocated is all that is handed out of IPv6. NAT64, IPv4-compatible, unique local,
// link-local and site-local addresses lie outside.
var allocated = netip.MustParsePrefix("2000::/3")

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Public reports whether an address is one of the open internet. Addresses that
// carry another address inside (NAT64, 6to4, Teredo) are not.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.Zone() != "" || addr.Is6() && !allocated.Contains(addr) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}
