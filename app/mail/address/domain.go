package address

import (
	"fmt"
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// ParseDomain reads a domain name as a person types it and returns lower-case
// A-labels. It refuses addresses, single labels and anything after the name.
func ParseDomain(s string) (string, error) {
	ascii, err := toASCII(strings.TrimSuffix(s, "."))
	if err != nil {
		return "", err
	}
	if _, err := netip.ParseAddr(ascii); err == nil || !strings.Contains(ascii, ".") {
		return "", fmt.Errorf("%w: want a domain like example.com", ErrSyntax)
	}
	return ascii, nil
}

// toASCII converts a domain of a mailbox. idna.Lookup silently drops characters
// such as U+200B; a name that changes by more than case and composition is refused.
func toASCII(domain string) (string, error) {
	if domain == "" || len(domain) > maxDomain {
		return "", fmt.Errorf("%w: the domain has %d octets, 1 to %d are allowed", ErrSyntax, len(domain), maxDomain)
	}
	for _, r := range domain {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) {
			return "", fmt.Errorf("%w: invisible character in the domain", ErrSyntax)
		}
	}
	ascii, err := idna.Lookup.ToASCII(strings.ToLower(norm.NFC.String(domain)))
	if err != nil || len(ascii) > maxDomain {
		return "", fmt.Errorf("%w: domain", ErrSyntax)
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if !isLabel(label) {
			return "", fmt.Errorf("%w: domain label", ErrSyntax)
		}
	}
	return ascii, nil
}

// isLabel checks sub-domain of RFC 5321 §4.1.2: letters, digits, inner hyphens.
func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}
