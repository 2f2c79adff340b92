package header

import (
	"io"
	"mime"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// maxDecoded bounds the values that Decode looks into: the time it takes grows with
// the square of their length.
const maxDecoded = 16 << 10

// Decode turns encoded words into text fit for showing and storing: valid UTF-8
// without line breaks and other controls.
func Decode(value string) string {
	if strings.Contains(value, "=?") && len(value) <= maxDecoded {
		decoder := mime.WordDecoder{CharsetReader: charsetReader}
		if text, err := decoder.DecodeHeader(value); err == nil {
			value = text
		}
	}
	return Visible(value)
}

// Visible makes any text valid UTF-8 and replaces controls, line and paragraph
// separators and bidirectional overrides, by which a text can look like another.
func Visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || r == '\u2028' || r == '\u2029':
			return ' '
		case '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// charsetReader decodes any charset that browsers know.
func charsetReader(charset string, r io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(r), nil
}
