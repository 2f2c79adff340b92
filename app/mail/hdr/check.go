package header

import (
	"fmt"
	"strings"
)

// once lists the fields that may stand at most once (RFC 5322 §3.6). A second
// one is how a forged From gets past those who look only at the first.
var once = []string{"From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "Date",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}

// maxHops ends a mail loop (RFC 5321 §6.3).
const maxHops = 50

// ErrLoop reports a message that has passed too many servers.
var ErrLoop = fmt.Errorf("%w: more than %d Received fields, a mail loop", ErrMalformed, maxHops)

// Check applies the rules of a header we are willing to send under our name.
// smtputf8 allows UTF-8 in values (RFC 6532).
func (s *Section) Check(smtputf8 bool) error {
	counts := make([]int, len(once))
	from, hops := 0, 0
	for _, f := range s.Fields {
		switch {
		case strings.EqualFold(f.Name, "Received"):
			hops++
		case strings.EqualFold(f.Name, "From"):
			from++
		}
		for i, name := range once {
			if len(name) == len(f.Name) && strings.EqualFold(name, f.Name) {
				if counts[i]++; counts[i] > 1 {
					return fmt.Errorf("%w: more than one %s field", ErrMalformed, name)
				}
			}
		}
		if !smtputf8 && !ascii(f.Raw) {
			return fmt.Errorf("%w: 8-bit characters in field %s without SMTPUTF8; encode them (RFC 2047)", ErrMalformed, f.Name)
		}
	}
	switch {
	case from == 0:
		return fmt.Errorf("%w: no From field", ErrMalformed)
	case hops > maxHops:
		return ErrLoop
	}
	return nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
