package address

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321 §4.5.3.1, in octets.
const (
	maxLocal   = 64
	maxDomain  = 255
	maxMailbox = 254 // path of 256 less the angle brackets
)

// Errors that callers answer differently.
var (
	ErrSyntax   = errors.New("address: not a valid address")
	ErrNonASCII = errors.New("address: needs SMTPUTF8") // RFC 6531 §3.3
)

// Mailbox is local-part@domain. Local is without quotes; Domain is lower-case
// A-labels ("xn--…") or an address literal in brackets. The zero Mailbox is the
// null reverse-path "<>".
type Mailbox struct{ Local, Domain string }

// IsZero reports whether it is the null path.
func (m Mailbox) IsZero() bool { return m == Mailbox{} }

// IsASCII reports whether it can be used without SMTPUTF8.
func (m Mailbox) IsASCII() bool { return isASCII(m.Local) }

// String prints the mailbox for an SMTP command, the local part quoted where it
// must be. Nothing in it can end the path or add a parameter (S-31).
func (m Mailbox) String() string {
	if m.IsZero() {
		return ""
	}
	if isDotAtom(m.Local) {
		return m.Local + "@" + m.Domain
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(m.Local) {
		if c := m.Local[i]; c == '"' || c == '\\' {
			b.WriteByte('\\')
		}
		b.WriteByte(m.Local[i])
	}
	b.WriteString(`"@` + m.Domain)
	return b.String()
}

// Unicode prints the mailbox for people, the domain in their script.
func (m Mailbox) Unicode() string {
	if u, err := idna.Display.ToUnicode(m.Domain); err == nil {
		return Mailbox{m.Local, u}.String()
	}
	return m.String()
}

// Key is the form for finding and suppressing: all lower case, and letters with marks in
// one spelling (RFC 6532 §3.1). (RFC 5321 lets local parts differ by case; no mailbox
// provider does.)
func (m Mailbox) Key() string { return strings.ToLower(norm.NFC.String(m.String())) }

// ParsePath reads a path at the start of s, "<…>", and returns what follows it.
// Source routes, obsolete since RFC 5321 §C, are refused.
func ParsePath(s string, smtputf8 bool) (m Mailbox, rest string, err error) {
	if !strings.HasPrefix(s, "<") {
		return Mailbox{}, "", fmt.Errorf("%w: a path stands in angle brackets", ErrSyntax)
	}
	if strings.HasPrefix(s, "<>") {
		return Mailbox{}, s[2:], nil
	}
	end, err := pathEnd(s)
	if err != nil {
		return Mailbox{}, "", err
	}
	m, err = Parse(s[1:end])
	if err != nil {
		return Mailbox{}, "", err
	}
	if !smtputf8 && !isASCII(s[1:end]) {
		return Mailbox{}, "", ErrNonASCII
	}
	return m, s[end+1:], nil
}

// pathEnd finds the closing bracket outside a quoted string.
func pathEnd(s string) (int, error) {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '>' && !quoted:
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: no closing bracket", ErrSyntax)
}

// Parse reads a bare addr-spec, all of s.
func Parse(s string) (Mailbox, error) {
	if len(s) > maxMailbox {
		return Mailbox{}, fmt.Errorf("%w: longer than %d octets", ErrSyntax, maxMailbox)
	}
	local, domain, err := split(s)
	if err != nil {
		return Mailbox{}, err
	}
	if local == "" {
		return Mailbox{}, fmt.Errorf("%w: nothing before @", ErrSyntax)
	}
	if strings.HasPrefix(domain, "[") {
		domain, err = parseLiteral(domain)
	} else {
		domain, err = toASCII(domain)
	}
	if err != nil {
		return Mailbox{}, err
	}
	m := Mailbox{local, domain}
	return m, m.checkLength()
}

// checkLength judges what String prints: quoting and A-labels can make an address
// longer than it was typed, and it is the printed form that others must take.
func (m Mailbox) checkLength() error {
	printed := m.String()
	if n := len(printed) - len(m.Domain) - 1; n > maxLocal {
		return fmt.Errorf("%w: the part before @ has %d octets, 1 to %d are allowed", ErrSyntax, n, maxLocal)
	}
	if len(printed) > maxMailbox {
		return fmt.Errorf("%w: longer than %d octets", ErrSyntax, maxMailbox)
	}
	return nil
}

// split cuts addr-spec into the unquoted local part and the domain.
func split(s string) (local, domain string, err error) {
	if strings.HasPrefix(s, `"`) {
		return splitQuoted(s)
	}
	at := strings.IndexByte(s, '@')
	if at < 0 || !isDotAtom(s[:at]) {
		return "", "", fmt.Errorf("%w: want name@domain", ErrSyntax)
	}
	return s[:at], s[at+1:], nil
}

// splitQuoted reads a Quoted-string local part: qtextSMTP is printable ASCII
// and space, quoted-pair escapes the same (RFC 5321 §4.1.2), plus UTF-8 (RFC 6531).
func splitQuoted(s string) (local, domain string, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"':
			if i+1 >= len(s) || s[i+1] != '@' {
				return "", "", fmt.Errorf("%w: text after the closing quote", ErrSyntax)
			}
			if !isQuotable(b.String()) {
				return "", "", fmt.Errorf("%w: control or invisible character", ErrSyntax)
			}
			return b.String(), s[i+2:], nil
		case c == '\\' && i+1 < len(s):
			i++
			c = s[i]
		}
		b.WriteByte(c)
	}
	return "", "", fmt.Errorf("%w: no closing quote", ErrSyntax)
}

// isQuotable reports whether s may stand in a quoted string: space and what can be
// seen. That leaves out CTL, NUL, U+2028, and marks that turn the reading direction.
func isQuotable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && (!unicode.IsGraphic(r) || unicode.IsSpace(r)) })
}

// isDotAtom reports whether s is a Dot-string; non-ASCII letters count as atext (RFC 6531 §3.3).
func isDotAtom(s string) bool {
	if s == "" || !utf8.ValidString(s) {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !isAtext(r) }) {
			return false
		}
	}
	return true
}

func isAtext(r rune) bool {
	if r >= utf8.RuneSelf {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r)
	}
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.IndexByte("!#$%&'*+-/=?^_`{|}~", byte(r)) >= 0
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// parseLiteral accepts [192.0.2.1] and [IPv6:2001:db8::1] (RFC 5321 §4.1.3).
func parseLiteral(s string) (string, error) {
	inner, ok := strings.CutSuffix(strings.TrimPrefix(s, "["), "]")
	v6 := len(inner) >= 5 && strings.EqualFold(inner[:5], "IPv6:")
	if v6 {
		inner = inner[5:]
	}
	addr, err := netip.ParseAddr(inner)
	if !ok || err != nil || addr.Is6() != v6 || addr.Zone() != "" {
		return "", fmt.Errorf("%w: address literal", ErrSyntax)
	}
	if v6 {
		return "[IPv6:" + addr.String() + "]", nil
	}
	return "[" + addr.String() + "]", nil
}
