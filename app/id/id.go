// Package id makes the identifiers of rows: UUIDv7 (RFC 9562 §5.7) printed as
// 26 characters of Crockford base 32, lower case. They sort by time of making,
// and are never secrets: what must not be guessed is made by package secret.
package id

import (
	"encoding/base32"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// ID is an identifier, 26 characters; the zero value means "none".
type ID string

const length = 26

var encoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New returns a fresh identifier, greater than every earlier one of this process.
func New() ID {
	u := uuid.Must(uuid.NewV7())
	return ID(encoding.EncodeToString(u[:]))
}

// Parse checks text that came from outside, a URL for example.
func Parse(s string) (ID, error) {
	if len(s) != length {
		return "", fmt.Errorf("id: want %d characters, got %d", length, len(s))
	}
	if _, err := encoding.DecodeString(s); err != nil {
		return "", fmt.Errorf("id: %w", err)
	}
	return ID(s), nil
}

// String returns the 26 characters.
func (i ID) String() string { return string(i) }

// IsZero reports whether the id is missing.
func (i ID) IsZero() bool { return i == "" }

// At returns the least identifier that can be made at or after a time, to turn a
// date into a bound of identifiers.
func At(t time.Time) ID {
	var b [16]byte
	ms := uint64(max(t.UnixMilli(), 0))
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	return ID(encoding.EncodeToString(b[:]))
}

// Octets are the 16 octets of the identifier, shorter than its text; nil when it is none.
func (i ID) Octets() []byte {
	b, err := encoding.DecodeString(string(i))
	if err != nil || len(b) != 16 || encoding.EncodeToString(b) != string(i) { // two spellings are two rows
		return nil
	}
	return b
}

// FromOctets reverses Octets.
func FromOctets(b [16]byte) ID { return ID(encoding.EncodeToString(b[:])) }
