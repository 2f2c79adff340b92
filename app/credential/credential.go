package credential

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Credential is one SMTP user name of an account, without its secret.
type Credential struct {
	ID         id.ID
	AccountID  id.ID
	Name       string // the SMTP user name
	Hint       string // last characters of the secret
	DomainID   id.ID  // zero: every proven domain of the account
	Stream     string // "", "transactional" or "broadcast"; "": the message chooses
	Networks   Networks
	CreatedBy  id.ID
	CreatedAt  time.Time
	LastUsedAt *time.Time
	LastUsedIP string
	RevokedAt  *time.Time
	PausedAt   *time.Time // nil: it works
}

// Live reports whether it has not been revoked.
func (c Credential) Live() bool { return c.RevokedAt == nil }

// Prefix begins every secret, so that scanners of leaked secrets can know ours.
const Prefix = "ssv_"

const hintLength = 4

// Networks are the addresses a credential may be used from; empty means any.
type Networks []netip.Prefix

// Allow reports whether the address lies in one of the networks.
func (n Networks) Allow(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return len(n) == 0 || slices.ContainsFunc(n, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// String returns the networks as they are typed and stored, comma-separated.
func (n Networks) String() string {
	parts := make([]string, len(n))
	for i, p := range n {
		parts[i] = p.String()
	}
	return strings.Join(parts, ",")
}

const maxNetworks = 50

// ParseNetworks reads addresses and CIDRs, separated by commas, spaces or lines.
func ParseNetworks(text string) (Networks, error) {
	var networks Networks
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", ;\t\r\n", r) }) {
		p, err := parseNetwork(word)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(networks, p) {
			networks = append(networks, p)
		}
	}
	if len(networks) > maxNetworks {
		return nil, fault.Field("networks", "At most 50 networks, please.")
	}
	return networks, nil
}

func parseNetwork(word string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(word); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(word)
	switch {
	case err != nil, p.Addr().Is4In6():
		return netip.Prefix{}, fault.Field("networks", "Each entry must be an address like 192.0.2.7 or a network like 192.0.2.0/24 or 2001:db8::/32.")
	case p != p.Masked():
		// 192.0.2.7/24 may mean the address or the network; we do not guess about access.
		return netip.Prefix{}, fault.Field("networks", "Did you mean the network "+p.Masked().String()+" or the address "+p.Addr().String()+"?")
	}
	return p, nil
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

func checkName(name string) error {
	switch {
	case name == "":
		return fault.Field("name", "Give it a name, for example the program that will use it. It is the SMTP user name.")
	case !validName.MatchString(name):
		return fault.Field("name", "Use 1 to 64 lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit.")
	}
	return nil
}

func checkStream(stream string) error {
	if stream != "" && stream != "transactional" && stream != "broadcast" {
		return fault.Field("stream", "Choose transactional, broadcast, or let each message choose.")
	}
	return nil
}
