package dsn

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrSyntax reports a parameter that is not in its encoding.
var ErrSyntax = errors.New("dsn: malformed encoding")

// maxEncoded is the longest ORCPT (RFC 3461 §4.2); ENVID has 100.
const maxEncoded = 500

// DecodeXtext decodes the value of ENVID, or of ORCPT after its type (RFC 3461 §4).
// Only printable ASCII comes out (§4.4): nothing that could end a line.
func DecodeXtext(s string) (string, error) {
	if len(s) > maxEncoded {
		return "", ErrSyntax
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+':
			if i+2 >= len(s) {
				return "", ErrSyntax
			}
			n, ok := upperHex(s[i+1 : i+3])
			if !ok {
				return "", ErrSyntax
			}
			c, i = n, i+2
		case c == '=' || c <= ' ':
			return "", ErrSyntax
		}
		if c < ' ' || c >= 0x7f {
			return "", ErrSyntax
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

// upperHex reads two hexadecimal digits; lower case ones are not allowed.
func upperHex(s string) (byte, bool) {
	n, err := strconv.ParseUint(s, 16, 8)
	return byte(n), err == nil && s == strings.ToUpper(s)
}

// EncodeXtext encodes printable ASCII for ENVID and ORCPT.
func EncodeXtext(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f && c != '+' && c != '=' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('+')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
	return b.String()
}

// DecodeORCPT reads the value of ORCPT: its type in lower case and the address.
func DecodeORCPT(s string) (kind, address string, err error) {
	kind, encoded, ok := strings.Cut(s, ";")
	kind = strings.ToLower(kind)
	if !ok || kind == "" || encoded == "" || len(s) > maxEncoded {
		return "", "", ErrSyntax
	}
	if kind == "utf-8" {
		address = DecodeUnitext(encoded)
		if !utf8.ValidString(address) || strings.ContainsFunc(address, isControl) {
			return "", "", ErrSyntax
		}
		return kind, address, nil
	}
	address, err = DecodeXtext(encoded)
	return kind, address, err
}

func isControl(r rune) bool {
	return r < ' ' || 0x7f <= r && r < 0xa0 || r == '\u2028' || r == '\u2029'
}

// DecodeUnitext undoes the \x{…} of an address of type utf-8 (RFC 6533 §3). What is
// not in that form stays.
func DecodeUnitext(s string) string {
	before, rest, found := strings.Cut(s, `\x{`)
	if !found {
		return s
	}
	var b strings.Builder
	for found {
		b.WriteString(before)
		digits, after, closed := strings.Cut(rest, "}")
		n, err := strconv.ParseUint(digits, 16, 32)
		if !closed || err != nil || len(digits) > 6 || n > utf8.MaxRune || isControl(rune(n)) {
			b.WriteString(`\x{`)
			before, rest, found = strings.Cut(rest, `\x{`)
			continue
		}
		b.WriteRune(rune(n))
		before, rest, found = strings.Cut(after, `\x{`)
	}
	b.WriteString(before)
	return b.String()
}

// EncodeUnitext writes an address in ASCII, as utf-8-addr-xtext (RFC 6533 §3).
func EncodeUnitext(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r > ' ' && r < 0x7f && r != '+' && r != '=' && r != '\\' {
			b.WriteRune(r)
			continue
		}
		b.WriteString(`\x{` + strings.ToUpper(strconv.FormatInt(int64(r), 16)) + "}")
	}
	return b.String()
}
