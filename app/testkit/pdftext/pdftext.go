// Package pdftext reads the text of papers that app/paper printed: every piece of text in
// the order in which it was written, a line each. It is no reader for other files.
package pdftext

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"
	"testing"
	"unicode/utf16"
)

// Read returns the text of a paper.
func Read(t testing.TB, pdf []byte) string {
	t.Helper()
	var text strings.Builder
	for {
		_, rest, found := bytes.Cut(pdf, []byte("\nstream\n"))
		if !found {
			break
		}
		pdf = rest
		z, err := zlib.NewReader(bytes.NewReader(pdf))
		if err != nil {
			continue // not packed: what letters mean, for readers that copy
		}
		page, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		pieces(&text, page)
	}
	return text.String()
}

// pieces collects the strings that a page shows: "(…) Tj", in UTF-16 with \, ( and )
// escaped. A font's own stream has none.
func pieces(text *strings.Builder, page []byte) {
	for {
		_, rest, found := bytes.Cut(page, []byte("Td ("))
		if !found {
			return
		}
		var octets []byte
		for i := 0; i < len(rest); i++ {
			if rest[i] == ')' {
				page = rest[i:]
				break
			}
			if rest[i] == '\\' {
				i++
				if rest[i] == 'r' {
					rest[i] = '\r'
				}
			}
			octets = append(octets, rest[i])
		}
		var units []uint16
		for i := 0; i+1 < len(octets); i += 2 {
			units = append(units, uint16(octets[i])<<8|uint16(octets[i+1]))
		}
		text.WriteString(string(utf16.Decode(units)) + "\n")
		if len(page) == len(rest) {
			return // a string without an end
		}
	}
}
