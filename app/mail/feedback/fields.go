package feedback

import (
	"bytes"
	"net/textproto"
	"strings"
)

// field is one field, its value unfolded.
type field struct{ name, value string }

// takeFields reads fields up to an empty line and returns what follows it. Line ends
// may be of any kind, and lines that are no fields are skipped: bounces are written
// by programs that nobody has looked at for twenty years.
func takeFields(b []byte) (fields []field, rest []byte, cut bool) {
	for len(b) > 0 {
		line, after := cutLine(b)
		b = after
		if len(bytes.Trim(line, " \t")) == 0 {
			return fields, b, cut
		}
		if line[0] == ' ' || line[0] == '\t' {
			if n := len(fields); n > 0 && !cut {
				fields[n-1].value = join(fields[n-1].value, line)
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if !ok || !isName(name) {
			continue
		}
		if len(fields) == MaxFields {
			cut = true
		}
		if !cut {
			fields = append(fields, field{textproto.CanonicalMIMEHeaderKey(string(name)), join("", value)})
		}
	}
	return fields, nil, cut
}

// cutLine returns the first line without its end, CRLF or LF.
func cutLine(b []byte) (line, rest []byte) {
	line, rest, _ = bytes.Cut(b, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), rest
}

// join unfolds (RFC 5322 §2.2.3), with one space whatever the fold was. What is
// longer than a value may be is dropped.
func join(value string, more []byte) string {
	more = bytes.Trim(more, " \t\r")
	room := MaxValue - len(value)
	if room <= 1 || len(more) == 0 {
		return value
	}
	if value != "" {
		value += " "
		room--
	}
	text := strings.ReplaceAll(string(more[:min(room, len(more))]), "\r", " ") // a bare one ends no line (RFC 5322 §2.3), and no value has any
	return value + strings.ToValidUTF8(text, "\uFFFD")
}

// isName is strict enough that a line of prose with a colon is no field.
func isName(b []byte) bool {
	if len(b) == 0 || len(b) > 100 {
		return false
	}
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func toHeader(fields []field) Header {
	h := make(Header, len(fields))
	for _, f := range fields {
		h[f.name] = append(h[f.name], f.value)
	}
	return h
}
