package verdict

import (
	"regexp"
	"strconv"
	"strings"

	"smtpserver/app/mail/reply"
)

// maxText bounds what is searched of a text.
const maxText = 4 << 10

// replyStart is a basic code with what may follow it: "550 5.1.1 ", "550-5.1.1",
// "550 #5.1.0". A code in the middle of a sentence stands after a colon or space.
var (
	replyStart = regexp.MustCompile(`(?:^|[\s:;<(\[])([245][0-5][0-9])(?:[ -]+[#(\[]?([245]\.[0-9]{1,3}\.[0-9]{1,3})\b|[ -])`)
	statusOnly = regexp.MustCompile(`(?:^|[\s:;#(\[<])([245]\.[0-9]{1,3}\.[0-9]{1,3})\.?(?:[\s:;,)\]>-]|$)`)
	addresses  = regexp.MustCompile(`[^\s<>()\[\]:;,"]+@[^\s<>()\[\]:;,"]+`)
	repeated   = regexp.MustCompile(`\b[245][0-5][0-9][ -][#(\[]?[245]\.[0-9]{1,3}\.[0-9]{1,3}[)\]]?\s?`)
)

// ParseDiagnostic finds the reply in a Diagnostic-Code ("smtp; 550 5.1.1 No such
// user") or in what a bounce says in prose ("host mx.example said: 550 …"). Code and
// Enhanced are zero when there is none.
func ParseDiagnostic(s string) *reply.Reply {
	s = untyped(clip(s))
	r := &reply.Reply{Lines: []string{s}}
	if m := replyStart.FindStringSubmatch(s + " "); m != nil {
		r.Code, _ = strconv.Atoi(m[1]) // three digits
		r.Enhanced = ParseStatus(m[2])
	}
	if r.Enhanced[0] == 0 {
		r.Enhanced = statusIn(s, r.Code)
	}
	return r
}

// statusIn finds an enhanced code in a text, as in "#5.1.0 Address rejected" or "no
// such user (#5.1.1)". One that contradicts the basic code is something else.
func statusIn(s string, code int) reply.Enhanced {
	m := statusOnly.FindStringSubmatch(clip(s))
	if m == nil {
		return reply.Enhanced{}
	}
	e := ParseStatus(m[1])
	if code != 0 && e[0] != code/100 {
		return reply.Enhanced{}
	}
	return e
}

// ParseStatus reads "5.1.1" at the start of a Status field, which may go on with a
// comment. The zero value means that there is none.
func ParseStatus(s string) reply.Enhanced {
	var e reply.Enhanced
	s, _, _ = strings.Cut(strings.TrimSpace(s), " ")
	parts := strings.SplitN(s, ".", 4)
	if len(parts) != 3 {
		return reply.Enhanced{}
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || n > 999 {
			return reply.Enhanced{}
		}
		e[i] = int(n)
	}
	if e[0] != 2 && e[0] != 4 && e[0] != 5 {
		return reply.Enhanced{}
	}
	return e
}

// untyped drops the type of a field of RFC 3464: "dns; mx.example", "smtp; 550 …".
func untyped(s string) string {
	kind, rest, found := strings.Cut(s, ";")
	if found && len(kind) <= 20 && !strings.ContainsAny(strings.TrimSpace(kind), " \t.:") {
		s = rest
	}
	return strings.TrimSpace(s)
}

// flatten makes a text comparable: lower case, single spaces, without the codes that
// stand between the lines of a long reply, in the middle of phrases, and without
// addresses, whose words ("spam@", "full.quota@") say nothing.
func flatten(s string) string {
	s = addresses.ReplaceAllString(repeated.ReplaceAllString(clip(s), " "), "@")
	return strings.ToLower(strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " "))
}

func clip(s string) string {
	if len(s) > maxText {
		return s[:maxText]
	}
	return s
}
