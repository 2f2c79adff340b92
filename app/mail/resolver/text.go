package resolver

import "strings"

// unescape turns the presentation form of a TXT string (RFC 1035 §5.1) into its
// text. Octets that are not printable ASCII stay as \DDD: no record needs them, and
// so what a stranger published fits on every page and into every database.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\') {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
