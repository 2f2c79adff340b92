package header

import (
	"fmt"
	"strings"
	"time"
)

// Submission is what Submit needs to know.
type Submission struct {
	Now       time.Time
	MessageID string // without brackets, used when the message has none
	Received  string // value of the trace field we add (RFC 5321 §4.4)
}

// dropped lists fields that must not leave: Bcc would betray hidden recipients,
// Return-Path is written at final delivery only, and a DKIM-Signature made before
// our changes would no longer verify.
var dropped = map[string]bool{
	"bcc": true, "resent-bcc": true, "return-path": true, "dkim-signature": true, "domainkey-signature": true,
	"authentication-results": true, "arc-seal": true, "arc-message-signature": true, "arc-authentication-results": true,
	"delivered-to": true, "x-original-to": true,
}

// Submit turns a submitted header into the one that is sent (RFC 6409 §8): fields
// that must not leave go, Date and Message-ID come when missing, and one trace
// field stands on top.
func (s *Section) Submit(in Submission) error {
	s.RemoveFunc(func(name string) bool {
		lower := strings.ToLower(name)
		return dropped[lower] || strings.HasPrefix(lower, "x-smtpserver-")
	})
	if _, ok := s.Get("Date"); !ok {
		if err := s.Append("Date", in.Now.Format("Mon, 02 Jan 2006 15:04:05 -0700")); err != nil {
			return err
		}
	}
	if _, ok := s.Get("Message-ID"); !ok {
		if err := s.Append("Message-ID", "<"+in.MessageID+">"); err != nil {
			return err
		}
	}
	if err := s.Prepend("Received", in.Received); err != nil {
		return fmt.Errorf("header: trace field: %w", err)
	}
	return nil
}
