package header

import (
	"bytes"
	"fmt"
	"slices"
	"time"
)

// Submission is what Submit needs to know.
type Submission struct {
	Now       time.Time
	MessageID string // without brackets, used when the message has none
	Received  string // value of the trace field we add, see [Trace]; "" for none
}

// dateFormat is the one of RFC 5322 §3.3.
const dateFormat = "Mon, 02 Jan 2006 15:04:05 -0700"

// Submit turns a submitted header into the one that is sent (RFC 6409 §8): fields
// that must not leave go, Date and Message-ID come when missing or empty, and one
// trace field stands on top.
func (s *Section) Submit(in Submission) error {
	s.Fields = slices.DeleteFunc(s.Fields, func(f Field) bool {
		k := f.info()
		return k != nil && k.drop || hasPrefixFold(f.Name, SteeringPrefix)
	})
	for i, f := range s.Fields {
		if f.blank {
			s.Fields[i].dropBlankLines()
		}
	}
	if err := s.fill("Date", in.Now.Format(dateFormat)); err != nil {
		return err
	}
	if err := s.fill("Message-ID", "<"+in.MessageID+">"); err != nil {
		return err
	}
	if in.Received == "" {
		return nil
	}
	if err := s.Prepend("Received", in.Received); err != nil {
		return fmt.Errorf("header: trace field: %w", err)
	}
	return nil
}

// fill gives a field its value when it has none.
func (s *Section) fill(name, value string) error {
	if f, ok := s.Get(name); ok {
		if f.Value() != "" {
			return nil
		}
		s.Remove(name)
	}
	return s.Append(name, value)
}

// dropBlankLines removes folded lines of nothing but white space: old syntax that
// we take (RFC 5322 §4.2) and never send, because some programs end the header there.
func (f *Field) dropBlankLines() {
	raw := make([]byte, 0, len(f.Raw))
	for line := range bytes.Lines(f.Raw) {
		if len(raw) == 0 || len(bytes.TrimSpace(line)) > 0 {
			raw = append(raw, line...)
		}
	}
	f.Raw, f.blank = raw, false
}
