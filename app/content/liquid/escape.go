package liquid

import (
	"html"
	"strings"
	"unicode"
)

// escaper writes a value for the place where it stands.
type escaper func(v value) string

func plain(v value) string { return text(v) }

// oneLine leaves nothing that could end a header field or hide in it.
func oneLine(v value) string {
	return strings.Join(strings.FieldsFunc(text(v), func(r rune) bool {
		return r == ' ' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

func inText(v value) string {
	if m, ok := v.(markup); ok {
		return string(m)
	}
	return html.EscapeString(text(v))
}

// inAttribute escapes markup as well: it is in quotes.
func inAttribute(v value) string { return html.EscapeString(text(v)) }

func inComment(value) string { return "" }

// inStyle leaves what colours, sizes and font names are made of: nothing that ends a
// declaration, calls a function or fetches.
func inStyle(v value) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)) || strings.ContainsRune("#%., -", r)) {
			return r
		}
		return -1
	}, text(v))
}

// wholeAddress is a value that is an address, or begins one: it may go where a mail's
// links may go, and nowhere else.
func wholeAddress(v value) string {
	s := strings.TrimSpace(text(v))
	if !goodAddress(s) {
		return "#"
	}
	return html.EscapeString(percent(s, ";,/?:@&=+$-_.!~*'()#%[]"))
}

// partOfAddress is a value in the path of an address.
func partOfAddress(v value) string { return html.EscapeString(percent(text(v), "-_.~/!$*,=@+")) }

// partOfQuery is a value behind the question mark, or where nobody knows: nothing in
// it means anything to an address.
func partOfQuery(v value) string { return html.EscapeString(percent(text(v), "-_.~")) }

const hexDigits = "0123456789ABCDEF"

// percent encodes all but letters, digits and what is kept.
func percent(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < 0x80 && (isLetter(c) || isDigit(c)) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	return b.String()
}

var goodSchemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true, "sms": true, "cid": true}

// goodAddress says whether an address has a scheme that a mail may have, or none. It
// reads as browsers do, who skip control characters and space in it.
func goodAddress(s string) bool {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	end := strings.IndexAny(s, ":/?#")
	if end < 0 || s[end] != ':' {
		return true
	}
	return goodSchemes[s[:end]] || strings.HasPrefix(s, "data:image/") && !strings.HasPrefix(s, "data:image/svg")
}
