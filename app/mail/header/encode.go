package header

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Encode prepares a text for the value of an unstructured field: line breaks and
// NULs become spaces, and what is not plain ASCII becomes encoded words, folded.
func Encode(text string) string {
	return encodeAt(strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(text), len("Subject: "))
}

// Phrase prepares a person's name to stand before an address (RFC 5322 §3.2.5):
// as it is, quoted, or as encoded words.
func Phrase(name string) string {
	name = strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(name)
	switch {
	case plain(name) && len(name) < foldAt/2 && strings.Trim(name, phraseLetters+" ") == "":
		return strings.TrimSpace(name)
	case plain(name) && len(name) < foldAt:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	}
	return encodeWords(name, len("Reply-To: "))
}

// encodeAt returns text as it is when every reader shows it so, else as encoded
// words. used is what stands before it on the first line.
func encodeAt(text string, used int) string {
	if plain(text) && strings.TrimSpace(text) == text {
		return text
	}
	return encodeWords(text, used)
}

// plain reports whether text is printable ASCII that nobody takes for encoded words.
func plain(text string) bool {
	for _, c := range []byte(text) {
		if c < ' ' || c >= 0x7f {
			return false
		}
	}
	return foldable(text) && !strings.Contains(text, "=?")
}

// rawUTF8 reports whether text may stand in a header as it is (RFC 6532).
func rawUTF8(text string) bool {
	odd := func(r rune) bool {
		return !unicode.IsGraphic(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
	}
	return strings.IndexFunc(text, odd) < 0 && foldable(text) && strings.TrimSpace(text) == text && !strings.Contains(text, "=?")
}

// foldable reports whether every word fits on a line.
func foldable(text string) bool {
	const longest = MaxLine - 78 // a name before it
	for word := range strings.SplitSeq(text, " ") {
		if len(word) > longest {
			return false
		}
	}
	return true
}

const (
	wordMax = 75 // RFC 2047 §2, with its frame
	frame   = len("=?utf-8?q??=")
	// phraseLetters may stand bare in a Q word anywhere, phrases included (RFC 2047 §5).
	phraseLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!*+-/"
)

// encodeWords writes text as encoded words, one to a line, never splitting a
// character (RFC 2047 §5). It takes Q for texts that stay readable, else B.
func encodeWords(text string, used int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	foreign := 0
	for _, c := range []byte(text) {
		if c >= 0x80 {
			foreign++
		}
	}
	size, write := qSize, writeQ
	if foreign*3 > len(text) {
		size, write = bSize, writeB
	}
	var b strings.Builder
	for first := true; text != "" || first; first = false {
		room := wordMax
		if !first {
			b.WriteString("\r\n ")
		} else {
			room = max(min(wordMax, foldAt-2-used), wordMax/2)
		}
		n := take(text, room-frame, size)
		write(&b, text[:n])
		text = text[n:]
	}
	return b.String()
}

// take returns how many octets of text, whole characters, fit into room.
func take(text string, room int, size func(string) int) int {
	n := 0
	for n < len(text) {
		_, width := utf8.DecodeRuneInString(text[n:])
		if n > 0 && size(text[:n+width]) > room {
			break
		}
		n += width
	}
	return n
}

func bSize(s string) int { return base64.StdEncoding.EncodedLen(len(s)) }

func writeB(b *strings.Builder, s string) {
	b.WriteString("=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=")
}

func qSize(s string) (n int) {
	for _, c := range []byte(s) {
		if n++; c != ' ' && strings.IndexByte(phraseLetters, c) < 0 {
			n += 2
		}
	}
	return n
}

func writeQ(b *strings.Builder, s string) {
	const hex = "0123456789ABCDEF"
	b.WriteString("=?utf-8?q?")
	for _, c := range []byte(s) {
		switch {
		case c == ' ':
			b.WriteByte('_')
		case strings.IndexByte(phraseLetters, c) >= 0:
			b.WriteByte(c)
		default:
			b.Write([]byte{'=', hex[c>>4], hex[c&15]})
		}
	}
	b.WriteString("?=")
}
