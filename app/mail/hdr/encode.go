package header

import (
	"mime"
	"strings"
)

// Encode prepares a text for a header value: controls become spaces, and what is
// not ASCII becomes encoded words, folded (RFC 2047: at most 75 characters, no
// character split).
func Encode(text string) string {
	text = Decode(text)
	if ascii([]byte(text)) && len(text) < 70 {
		return text
	}
	return strings.ReplaceAll(mime.QEncoding.Encode("utf-8", text), "?= =?", "?=\r\n =?")
}
