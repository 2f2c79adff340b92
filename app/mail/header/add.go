package header

import (
	"bytes"
	"slices"
	"strings"
)

// Prepend puts a field before all others. See Append.
func (s *Section) Prepend(name, value string) error {
	f, err := newField(name, value)
	if err != nil {
		return err
	}
	s.Fields = slices.Insert(s.Fields, 0, f)
	return nil
}

// Append puts a field after all others. The value is structured text, ready to
// send; a long one is folded at its spaces unless it comes folded. Whatever could
// begin another field is an error (S-46).
func (s *Section) Append(name, value string) error {
	f, err := newField(name, value)
	if err != nil {
		return err
	}
	s.Fields = append(s.Fields, f)
	return nil
}

// AppendText puts a field of free text, such as Subject, after all others. What is
// not plain ASCII becomes encoded words (RFC 2047), unless the message is sent
// with SMTPUTF8. A line break or NUL in it is an error (S-46).
func (s *Section) AppendText(name, text string, smtputf8 bool) error {
	if strings.ContainsAny(text, "\r\n\x00") {
		return injection(name)
	}
	if !smtputf8 || !rawUTF8(text) {
		text = encodeAt(text, len(name)+2)
	}
	return s.Append(name, text)
}

func injection(name string) error {
	if !fieldName(name) {
		name = "with an odd name"
	}
	return &Error{Syntax, "a line break or NUL in field " + name, "5322 §2.2"}
}

func fieldName(name string) bool {
	for _, c := range []byte(name) {
		if c <= ' ' || c >= 0x7f || c == ':' {
			return false
		}
	}
	return name != ""
}

func newField(name, value string) (Field, error) {
	if !fieldName(name) || strings.ContainsAny(unfolded(value), "\r\n\x00") {
		return Field{}, injection(name)
	}
	if !strings.Contains(value, "\r\n") {
		value = fold(value, len(name)+2)
	}
	f := Field{Name: name, Raw: []byte(name + ": " + value + "\r\n"), known: lookUp([]byte(name))}
	if longestLine(f.Raw) > MaxLine {
		return Field{}, longLine(name)
	}
	return f, nil
}

func unfolded(value string) string {
	if !strings.Contains(value, "\r\n") {
		return value
	}
	value = strings.ReplaceAll(value, "\r\n ", " ")
	return strings.ReplaceAll(value, "\r\n\t", "\t")
}

// foldAt is the length that lines should keep (RFC 5322 §2.1.1).
const foldAt = 78

// fold breaks a value before spaces so that its lines keep to foldAt where they
// can. used is what stands before it on the first line.
func fold(value string, used int) string {
	if used+len(value) <= foldAt {
		return value
	}
	var b strings.Builder
	for used+len(value) > foldAt {
		cut := strings.LastIndexByte(value[:max(foldAt-used+1, 0)], ' ')
		if cut <= 0 || blank(value[:cut]) { // no space in time: take the next one
			start := len(value) - len(strings.TrimLeft(value, " "))
			next := strings.IndexByte(value[start:], ' ')
			if next < 0 {
				break
			}
			cut = start + next
		}
		if blank(value[cut:]) { // never a line of nothing but white space
			break
		}
		b.WriteString(value[:cut])
		b.WriteString("\r\n")
		value, used = value[cut:], 0
	}
	b.WriteString(value)
	return b.String()
}

func blank(s string) bool { return strings.Trim(s, " \t") == "" }

func longestLine(raw []byte) (longest int) {
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		longest = max(longest, len(line))
	}
	return longest
}

func longLine(name string) error {
	return &Error{LongLine, "a line longer than 998 octets in field " + name, "5322 §2.1.1"}
}
