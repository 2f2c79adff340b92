package address

import (
	"fmt"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// maxName is the longest name that DNS can hold, in presentation form (RFC 1035 §2.3.4).
const maxName = 253

// ParseDomain reads a domain name as a person types it and returns lower-case
// A-labels. It refuses addresses, single labels and anything after the name.
func ParseDomain(s string) (string, error) {
	ascii, err := toASCII(strings.TrimSuffix(s, "."))
	if err != nil {
		return "", err
	}
	if len(ascii) > maxName || !strings.Contains(ascii, ".") {
		return "", fmt.Errorf("%w: want a domain like example.com", ErrSyntax)
	}
	return ascii, nil
}

// toASCII converts the domain of a mailbox to lower-case A-labels.
func toASCII(domain string) (string, error) {
	if domain == "" || len(domain) > maxDomain {
		return "", fmt.Errorf("%w: the domain has %d octets, 1 to %d are allowed", ErrSyntax, len(domain), maxDomain)
	}
	ascii := lower(domain)
	if !isASCII(domain) || strings.Contains(ascii, "xn--") {
		var err error
		if ascii, err = lookup(ascii); err != nil {
			return "", err
		}
	}
	last := ""
	for label := range strings.SplitSeq(ascii, ".") {
		if !isLabel(label) {
			return "", fmt.Errorf("%w: domain label", ErrSyntax)
		}
		last = label
	}
	// A name that ends in a number is an IPv4 address to some readers and a name to
	// others (WHATWG URL, RFC 3696 §2); addresses come as literals.
	if strings.Trim(last, "0123456789") == "" {
		return "", fmt.Errorf("%w: an address stands in brackets", ErrSyntax)
	}
	return ascii, nil
}

// lookup converts an internationalised name (RFC 5891 §5). The conversion drops or
// replaces some code points without a word (U+200B, variation selectors, full-width
// letters), which makes two spellings of one name: what it did not keep is refused.
func lookup(domain string) (string, error) {
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(ascii) > maxDomain {
		return "", fmt.Errorf("%w: domain", ErrSyntax)
	}
	unicode, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return "", fmt.Errorf("%w: domain", ErrSyntax)
	}
	typed, a, u := strings.Split(norm.NFC.String(domain), "."), strings.Split(ascii, "."), strings.Split(unicode, ".")
	if len(typed) != len(a) || len(typed) != len(u) {
		return "", fmt.Errorf("%w: unusual dot in the domain", ErrSyntax)
	}
	for i := range typed {
		if typed[i] != a[i] && typed[i] != u[i] {
			return "", fmt.Errorf("%w: invisible or unusual character in the domain", ErrSyntax)
		}
	}
	return ascii, nil
}

// lower folds without a copy where there is nothing to fold.
func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return strings.ToLower(norm.NFC.String(s))
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
