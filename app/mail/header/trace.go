package header

import (
	"strings"
	"time"
)

// Trace is what our Received field tells (RFC 5321 §4.4). A customer's own address
// and host name are nobody's business: leave From empty and none is told.
type Trace struct {
	From     string // what the client calls itself; "" for "authenticated"
	By       string // our host name
	Protocol string // ESMTPSA and such (RFC 3848), HTTPS
	ID       string
	Now      time.Time
}

// String returns the value of the field, folded.
func (t Trace) String() string {
	var b strings.Builder
	from := traceWord(t.From)
	if from == "" {
		from = "authenticated"
	}
	b.WriteString("from " + from + " by " + traceWord(t.By))
	if protocol := traceWord(t.Protocol); protocol != "" {
		b.WriteString(" with " + protocol)
	}
	if id := traceWord(t.ID); id != "" {
		b.WriteString("\r\n id " + id)
	}
	b.WriteString(";\r\n " + t.Now.Format(dateFormat))
	return b.String()
}

// traceWord keeps what host names, address literals and identifiers are made of;
// what a client calls itself is not to be trusted.
func traceWord(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', strings.ContainsRune("-._[]:", r):
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), 255)]
}
