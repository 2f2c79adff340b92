package header

import (
	"bytes"
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// Limits of a header that we send. Real mail stays far below.
const (
	MaxOctets = 256 << 10
	MaxFields = 2000
	MaxLine   = 998 // RFC 5322 §2.1.1, without CRLF
	maxHops   = 50  // ends a mail loop (RFC 5321 §6.3)
)

// Check applies the rules of a header that we are willing to send under our name.
// smtputf8 allows UTF-8 in values (RFC 6532). Its errors are *[Error].
func (s *Section) Check(smtputf8 bool) error {
	var seen [16]bool
	octets, hops, from := 0, 0, false
	for _, f := range s.Fields {
		octets += len(f.Raw)
		if k := f.info(); k != nil && k.once > 0 {
			if seen[k.once] {
				return &Error{Duplicate, "more than one " + f.Name + " field", "5322 §3.6"}
			}
			seen[k.once] = true
		}
		switch f.Name {
		case "Received":
			hops++
		case "From":
			from = true
		}
		if err := f.check(smtputf8); err != nil {
			return err
		}
	}
	switch {
	case !from:
		return &Error{NoFrom, "no From field", "5322 §3.6"}
	case hops > maxHops:
		return &Error{Loop, "more than " + strconv.Itoa(maxHops) + " Received fields: the message runs in circles", "5321 §6.3"}
	case octets > MaxOctets || len(s.Fields) > MaxFields:
		return &Error{TooLarge, "a header of more than " + strconv.Itoa(MaxFields) + " fields or " + strconv.Itoa(MaxOctets) + " octets", ""}
	}
	return nil
}

// check applies the rules of one field.
func (f Field) check(smtputf8 bool) error {
	switch {
	case len(f.Raw) > MaxLine+2 && longestLine(f.Raw) > MaxLine:
		return longLine(f.show())
	case bytes.IndexByte(f.Raw, 0) >= 0:
		return &Error{Syntax, "a NUL in field " + f.show(), "5322 §2.2"}
	case IsASCII(f.Raw):
		return nil
	case !smtputf8:
		return &Error{EightBit, "8-bit characters in field " + f.show() + " without SMTPUTF8; write them as encoded words", "2047 §1"}
	case !utf8.Valid(f.Raw):
		return &Error{EightBit, "field " + f.show() + " is not UTF-8", "6532 §3.2"}
	}
	return nil
}

// show returns the name, shortened: it goes into a reply line.
func (f Field) show() string {
	if len(f.Name) > 60 {
		return f.Name[:60] + "…"
	}
	return f.Name
}

// IsASCII reports whether no octet has its eighth bit set. It looks at eight a
// time, for it reads every message.
func IsASCII(b []byte) bool {
	const high = 0x8080808080808080
	for len(b) >= 32 {
		if (binary.LittleEndian.Uint64(b)|binary.LittleEndian.Uint64(b[8:])|binary.LittleEndian.Uint64(b[16:])|binary.LittleEndian.Uint64(b[24:]))&high != 0 {
			return false
		}
		b = b[32:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
