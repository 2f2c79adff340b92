package header

import (
	"bytes"
	"iter"
	"slices"
	"strings"
)

// Bounds of what Parse takes in. Check is stricter; the room between them is for
// the fields that we add.
const (
	parseOctets = 2 * MaxOctets
	parseFields = 2 * MaxFields
)

// Field is one header field as it stands in the message.
type Field struct {
	Name string // in its usual spelling when we know it, else as it stands
	Raw  []byte // "Name: value CRLF", folded lines included

	known *known
	blank bool // holds a line of nothing but white space
}

// Value returns what follows the colon, unfolded and trimmed.
func (f Field) Value() string {
	_, value, _ := bytes.Cut(f.Raw, []byte(":"))
	s := string(bytes.Trim(value, " \t\r\n"))
	if strings.Contains(s, "\r\n") { // RFC 5322 §2.2.3: only the line break goes
		s = strings.ReplaceAll(s, "\r\n", "")
	}
	return s
}

// Section is a parsed header section. Its methods take names in any case.
type Section struct{ Fields []Field }

// Parse splits a message into its header section and body, copying neither.
// Lines must end in CRLF. A message may be all header (RFC 5322 §3.5).
func Parse(message []byte) (*Section, []byte, error) {
	s := &Section{Fields: make([]Field, 0, 24)}
	rest := message
	for len(rest) > 0 {
		if rest[0] == '\r' && len(rest) > 1 && rest[1] == '\n' {
			return s, rest[2:], nil
		}
		f, err := parseField(rest)
		if err != nil {
			return nil, nil, err
		}
		s.Fields = append(s.Fields, f)
		rest = rest[len(f.Raw):]
		if len(s.Fields) > parseFields || len(message)-len(rest) > parseOctets {
			return nil, nil, &Error{TooLarge, "the header is too large", ""}
		}
	}
	return s, nil, nil
}

// parseField reads the field at the start of b.
func parseField(b []byte) (Field, error) {
	var f Field
	n := 0
	for {
		end := bytes.IndexByte(b[n:], '\n')
		if end < 0 {
			return f, &Error{Syntax, "a line without its end", "5322 §2.1"}
		}
		if end == 0 || bytes.IndexByte(b[n:n+end], '\r') != end-1 {
			return f, &Error{Syntax, "a bare line feed or carriage return", "5322 §2.3"}
		}
		if n > 0 && len(bytes.Trim(b[n:n+end-1], " \t")) == 0 {
			f.blank = true
		}
		n += end + 1
		if n >= len(b) || b[n] != ' ' && b[n] != '\t' {
			break
		}
	}
	f.Raw = b[:n:n]
	return f, f.setName()
}

// setName checks ftext: printable ASCII but colon, directly before it. The
// obsolete "From :" is refused, because programs differ on whether it is From.
func (f *Field) setName() error {
	colon := bytes.IndexByte(f.Raw, ':')
	if colon <= 0 {
		return &Error{Syntax, "a line in the header that is no field", "5322 §2.2"}
	}
	for _, c := range f.Raw[:colon] {
		if c <= ' ' || c >= 0x7f {
			return &Error{Syntax, "a field name with a space or an odd character", "5322 §2.2"}
		}
	}
	if f.known = lookUp(f.Raw[:colon]); f.known != nil {
		f.Name = f.known.name
	} else {
		f.Name = string(f.Raw[:colon])
	}
	return nil
}

// All yields the fields of the name in their order.
func (s *Section) All(name string) iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for _, f := range s.Fields {
			if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) && !yield(f) {
				return
			}
		}
	}
}

// Get returns the first field of the name.
func (s *Section) Get(name string) (Field, bool) {
	for f := range s.All(name) {
		return f, true
	}
	return Field{}, false
}

// Text returns the decoded value (RFC 2047) of the first field of the name, for
// showing. Line breaks and other controls become spaces.
func (s *Section) Text(name string) string {
	f, _ := s.Get(name)
	return Decode(f.Value())
}

// Count returns how many fields have the name.
func (s *Section) Count(name string) (n int) {
	for range s.All(name) {
		n++
	}
	return n
}

// Remove drops all fields of the names.
func (s *Section) Remove(names ...string) {
	s.RemoveFunc(func(name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	})
}

// RemovePrefix drops all fields whose names begin so.
func (s *Section) RemovePrefix(prefix string) {
	s.RemoveFunc(func(name string) bool { return hasPrefixFold(name, prefix) })
}

// RemoveFunc drops the fields for which drop is true.
func (s *Section) RemoveFunc(drop func(name string) bool) {
	s.Fields = slices.DeleteFunc(s.Fields, func(f Field) bool { return drop(f.Name) })
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// Bytes joins the section and a body into one new message.
func (s *Section) Bytes(body []byte) []byte {
	size := len(body) + 2
	for _, f := range s.Fields {
		size += len(f.Raw)
	}
	return s.AppendTo(make([]byte, 0, size), body)
}

// AppendTo appends the message to dst, for who has a buffer.
func (s *Section) AppendTo(dst, body []byte) []byte {
	for _, f := range s.Fields {
		dst = append(dst, f.Raw...)
	}
	return append(append(dst, '\r', '\n'), body...)
}
