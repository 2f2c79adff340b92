package header

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"strings"
)

// Limits of a header section. Real mail stays far below.
const (
	MaxOctets = 256 << 10
	MaxFields = 2000
	MaxLine   = 998 // RFC 5322 §2.1.1, without CRLF
)

// ErrMalformed is in the chain of every complaint about a message's header.
var ErrMalformed = errors.New("header: not well-formed")

// Field is one header field as it stands in the message.
type Field struct {
	Name string
	Raw  []byte // "Name: value CRLF", folded lines included
}

// Value returns what follows the colon, unfolded and trimmed.
func (f Field) Value() string {
	_, value, _ := bytes.Cut(f.Raw, []byte(":"))
	s := string(bytes.TrimSpace(value))
	if strings.Contains(s, "\r\n") {
		s = strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(s)
	}
	return s
}

// Section is a parsed header section.
type Section struct{ Fields []Field }

// Parse splits a message into its header section and body. Lines must end in CRLF.
func Parse(message []byte) (*Section, []byte, error) {
	s := &Section{Fields: make([]Field, 0, 16)}
	rest := message
	for len(rest) > 0 {
		if bytes.HasPrefix(rest, []byte("\r\n")) {
			return s, rest[2:], nil
		}
		n, err := fieldLength(rest)
		if err != nil {
			return nil, nil, err
		}
		name, err := fieldName(rest[:n])
		if err != nil {
			return nil, nil, err
		}
		s.Fields = append(s.Fields, Field{name, rest[:n]})
		rest = rest[n:]
		if len(s.Fields) > MaxFields || len(message)-len(rest) > MaxOctets {
			return nil, nil, fmt.Errorf("%w: more than %d fields or %d octets", ErrMalformed, MaxFields, MaxOctets)
		}
	}
	return s, nil, nil // a message may be all header (RFC 5322 §3.5)
}

// fieldLength returns the length of the field at the start of b, folding included.
func fieldLength(b []byte) (int, error) {
	n := 0
	for {
		end := bytes.IndexByte(b[n:], '\n')
		if end < 0 {
			return 0, fmt.Errorf("%w: a line without its end", ErrMalformed)
		}
		if end == 0 || b[n+end-1] != '\r' {
			return 0, fmt.Errorf("%w: bare line feed", ErrMalformed)
		}
		if end-1 > MaxLine {
			return 0, fmt.Errorf("%w: a line longer than %d octets", ErrMalformed, MaxLine)
		}
		n += end + 1
		if n >= len(b) || b[n] != ' ' && b[n] != '\t' {
			return n, nil
		}
	}
}

// fieldName checks ftext: printable ASCII but colon, directly before it. The
// obsolete "From :" is refused, because programs differ on whether it is From.
func fieldName(field []byte) (string, error) {
	colon := bytes.IndexByte(field, ':')
	if colon <= 0 {
		return "", fmt.Errorf("%w: a line that is no field", ErrMalformed)
	}
	for _, c := range field[:colon] {
		if c <= ' ' || c >= 0x7f {
			return "", fmt.Errorf("%w: a field name with a space or odd character", ErrMalformed)
		}
	}
	return intern(field[:colon]), nil
}

// intern avoids an allocation for the usual names.
func intern(b []byte) string {
	switch string(b) {
	case "From":
		return "From"
	case "To":
		return "To"
	case "Subject":
		return "Subject"
	case "Date":
		return "Date"
	case "Message-ID":
		return "Message-ID"
	case "MIME-Version":
		return "MIME-Version"
	case "Content-Type":
		return "Content-Type"
	case "Received":
		return "Received"
	}
	return string(b)
}

// Get returns the first field of the name, ignoring case.
func (s *Section) Get(name string) (Field, bool) {
	for _, f := range s.Fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Field{}, false
}

// Text returns the decoded value (RFC 2047) of the first field of the name, for
// showing. Line breaks and other controls become spaces.
func (s *Section) Text(name string) string {
	f, _ := s.Get(name)
	return Decode(f.Value())
}

// Decode turns encoded words into text fit for showing and storing.
func Decode(value string) string {
	decoder := mime.WordDecoder{CharsetReader: charsetReader}
	if text, err := decoder.DecodeHeader(value); err == nil {
		value = text
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, value)
}

// Count returns how many fields have the name.
func (s *Section) Count(name string) (n int) {
	for _, f := range s.Fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}

// RemoveFunc drops the fields for which drop is true.
func (s *Section) RemoveFunc(drop func(name string) bool) {
	kept := s.Fields[:0]
	for _, f := range s.Fields {
		if !drop(f.Name) {
			kept = append(kept, f)
		}
	}
	s.Fields = kept
}

// Prepend puts a field before all others. The value must be made by us or have
// passed Encode; a line break in it is an error (S-46).
func (s *Section) Prepend(name, value string) error {
	f, err := newField(name, value)
	if err != nil {
		return err
	}
	s.Fields = append([]Field{f}, s.Fields...)
	return nil
}

// Append puts a field after all others.
func (s *Section) Append(name, value string) error {
	f, err := newField(name, value)
	if err != nil {
		return err
	}
	s.Fields = append(s.Fields, f)
	return nil
}

func newField(name, value string) (Field, error) {
	plain := strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(value)
	if strings.ContainsAny(plain, "\r\n\x00") || strings.ContainsAny(name, "\r\n\x00: ") || name == "" {
		return Field{}, fmt.Errorf("%w: a line break in field %q", ErrMalformed, name)
	}
	return Field{name, []byte(name + ": " + value + "\r\n")}, nil
}

// Bytes joins the section and a body into one message.
func (s *Section) Bytes(body []byte) []byte {
	size := len(body) + 2
	for _, f := range s.Fields {
		size += len(f.Raw)
	}
	b := make([]byte, 0, size)
	for _, f := range s.Fields {
		b = append(b, f.Raw...)
	}
	return append(append(b, '\r', '\n'), body...)
}
