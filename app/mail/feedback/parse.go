package feedback

import (
	"net/mail"
	"strings"
	"time"

	"smtpserver/app/mail/header"
)

// Parse tells what a message that came back is. See the package for the order of
// its questions.
func Parse(raw []byte) *Report {
	f := walk(raw)
	r := &Report{
		Kind:      Unknown,
		Subject:   header.Decode(f.top.Get("Subject")),
		From:      addressIn(f.top.Get("From")),
		Text:      f.text.String(),
		Original:  f.original,
		Truncated: f.cut,
	}
	switch {
	case r.readStatus(f):
	case r.readFeedback(f):
	case f.disposition != nil:
		r.Kind, r.Form = Receipt, "rfc8098"
	case r.readLoop(f):
	case r.readProse(f):
	case r.readAutomatic(f):
	}
	return r
}

// date reads a date of RFC 5322; the zero time when it is none.
func date(value string) time.Time {
	t, err := mail.ParseDate(value)
	if err != nil || t.Year() < 1980 || t.Year() > 9999 {
		return time.Time{}
	}
	return t.UTC()
}

// afterType drops the type of a field of RFC 3464: "rfc822; a@b.example".
func afterType(value string) string {
	if kind, rest, ok := strings.Cut(value, ";"); ok && !strings.ContainsAny(strings.TrimSpace(kind), "@ <") {
		value = rest
	}
	return strings.TrimSpace(value)
}
