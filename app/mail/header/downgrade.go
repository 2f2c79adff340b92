package header

import (
	"bytes"
	"errors"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrStays8Bit reports a body that cannot become 7-bit without breaking it: a
// signed part, a part with an encoding that its content contradicts, broken MIME.
// It can only go to servers with 8BITMIME.
var ErrStays8Bit = errors.New("header: the body cannot become 7-bit")

// maxNesting bounds how deep Downgrade looks into multiparts.
const maxNesting = 50

// Downgrade returns the body as 7-bit text, so that any server takes it and no
// relay re-encodes it and so breaks its signature (RFC 6376 §5.3, RFC 6152 §3). It
// encodes the parts that need it: text as quoted-printable, the rest as base64.
// Every other octet stays. It changes s only when it returns a new body, and
// neither with [ErrStays8Bit]. A 7-bit body is returned as it is.
func Downgrade(s *Section, body []byte) ([]byte, error) {
	if IsASCII(body) {
		return body, nil
	}
	work := &Section{Fields: slices.Clone(s.Fields)}
	if err := work.needMIME(body); err != nil {
		return body, err
	}
	d := downgrader{out: make([]byte, 0, len(body)+len(body)/4)}
	if err := d.entity(work, body, "text/plain", 0); err != nil {
		return body, err
	}
	s.Fields = work.Fields
	return d.out, nil
}

// needMIME adds what an encoding rests on (RFC 2045 §4). Text that names no
// character set and is not UTF-8 is called what it is (RFC 1428 §3).
func (s *Section) needMIME(body []byte) error {
	if _, ok := s.Get("Content-Type"); !ok {
		charset := "utf-8"
		if !utf8.Valid(body) {
			charset = "unknown-8bit"
		}
		if err := s.Append("Content-Type", "text/plain; charset="+charset); err != nil {
			return err
		}
	}
	return s.fill("MIME-Version", "1.0")
}

// downgrader writes entities in their 7-bit form.
type downgrader struct{ out []byte }

// Write takes encoded content.
func (d *downgrader) Write(p []byte) (int, error) {
	d.out = append(d.out, p...)
	return len(p), nil
}

// entity writes the body of one entity, and changes its header to suit.
func (d *downgrader) entity(s *Section, body []byte, defaultType string, depth int) error {
	contentType, _ := s.Get("Content-Type")
	media, params, err := mime.ParseMediaType(contentType.Value())
	if contentType.Raw == nil {
		media, err = defaultType, nil
	}
	switch {
	case depth > maxNesting:
		return ErrStays8Bit
	case media == "multipart/signed" || media == "multipart/encrypted": // RFC 1847 §2.1: its octets are what was signed
		return ErrStays8Bit
	case strings.HasPrefix(media, "multipart/"):
		if err != nil || params["boundary"] == "" {
			return ErrStays8Bit
		}
		s.declare7Bit()
		return d.multipart(body, params["boundary"], media == "multipart/digest", depth)
	case media == "message/rfc822":
		s.declare7Bit()
		return d.message(body, depth)
	case strings.HasPrefix(media, "message/"): // RFC 2046 §5.2: no encoding allowed
		return ErrStays8Bit
	}
	return d.leaf(s, body, strings.HasPrefix(media, "text/"))
}

// leaf encodes content.
func (d *downgrader) leaf(s *Section, body []byte, text bool) error {
	f, _ := s.Get("Content-Transfer-Encoding")
	switch strings.ToLower(f.Value()) {
	case "", "7bit", "8bit", "binary":
	default:
		return ErrStays8Bit
	}
	if text {
		s.set("Content-Transfer-Encoding", "quoted-printable")
		w := quotedprintable.NewWriter(d)
		if _, err := w.Write(body); err != nil {
			return err
		}
		return w.Close()
	}
	s.set("Content-Transfer-Encoding", "base64")
	d.out = append(d.out, lines64(body)...)
	return nil
}

// message writes an attached message.
func (d *downgrader) message(b []byte, depth int) error {
	s, body, err := Parse(b)
	if err != nil {
		return ErrStays8Bit
	}
	return d.part(s, body, "text/plain", depth)
}

// part writes header and body of an entity below the top.
func (d *downgrader) part(s *Section, body []byte, defaultType string, depth int) error {
	inner := downgrader{}
	if IsASCII(body) {
		inner.out = body
	} else if err := inner.entity(s, body, defaultType, depth+1); err != nil {
		return err
	}
	for _, f := range s.Fields {
		raw, err := f.encoded()
		if err != nil {
			return err
		}
		d.out = append(d.out, raw...)
	}
	d.out = append(append(d.out, '\r', '\n'), inner.out...)
	return nil
}

// multipart writes the parts between their delimiters.
func (d *downgrader) multipart(body []byte, boundary string, digest bool, depth int) error {
	defaultType := "text/plain"
	if digest { // RFC 2046 §5.1.5
		defaultType = "message/rfc822"
	}
	inside := false
	for content, delimiter := range segments(body, boundary) {
		switch {
		case IsASCII(content):
			d.out = append(d.out, content...)
		case !inside: // before the first and after the last part: nobody reads it
			d.out = append(d.out, masked(content)...)
		default:
			s, inner, err := Parse(content)
			if err != nil {
				return ErrStays8Bit
			}
			if err := d.part(s, inner, defaultType, depth); err != nil {
				return err
			}
		}
		d.out = append(d.out, delimiter...)
		inside = !isLast(delimiter, boundary)
	}
	return nil
}

func masked(b []byte) []byte {
	b = bytes.Clone(b)
	for i, c := range b {
		if c >= utf8.RuneSelf {
			b[i] = '?'
		}
	}
	return b
}

// set gives a field its only value, where it stands if it does. The value is ours.
func (s *Section) set(name, value string) {
	f := Field{Name: name, Raw: []byte(name + ": " + value + "\r\n"), known: lookUp([]byte(name))}
	for i := range s.Fields {
		if strings.EqualFold(s.Fields[i].Name, name) {
			s.Fields[i] = f
			return
		}
	}
	s.Fields = append(s.Fields, f)
}

// declare7Bit corrects the label of a composite entity whose parts become 7-bit.
func (s *Section) declare7Bit() {
	if _, ok := s.Get("Content-Transfer-Encoding"); ok {
		s.set("Content-Transfer-Encoding", "7bit")
	}
}

// encoded returns the field in ASCII: parameters by RFC 2231, text by RFC 2047.
func (f Field) encoded() ([]byte, error) {
	if IsASCII(f.Raw) {
		return f.Raw, nil
	}
	if !utf8.Valid(f.Raw) {
		return nil, ErrStays8Bit
	}
	name, value := f.Name, f.Value()
	switch f.Name {
	case "Content-Type", "Content-Disposition":
		kind, params, err := mime.ParseMediaType(value)
		if value = mime.FormatMediaType(kind, params); err != nil || value == "" {
			return nil, ErrStays8Bit
		}
	case "Subject", "Content-Description":
		value = encodeAt(value, len(name)+2)
	default: // addresses and what else has a grammar of its own
		return nil, ErrStays8Bit
	}
	out, err := newField(name, value)
	if err != nil {
		return nil, ErrStays8Bit
	}
	return out.Raw, nil
}
