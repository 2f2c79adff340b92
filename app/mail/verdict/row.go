package verdict

import (
	"strconv"
	"strings"

	"smtpserver/app/mail/reply"
)

// row is one line of the tables of texts. Empty conditions hold for everything.
type row struct {
	at     string // provider
	code   string // "550"; "4" or "5" for a kind
	status string // "5.7.1"; "x.7.1" for both kinds; "5.7.606-649"; "x.7" for a subject
	text   string // fragments, lower case: "a*b" a before b; "a|b" either
	key    Key
	next   string // instead of that of the key
}

func (r *row) fits(o observed) bool {
	return (r.at == "" || r.at == o.provider) &&
		fitsCode(r.code, o) &&
		fitsStatus(r.status, o.status) &&
		fitsText(r.text, o.text)
}

func fitsCode(want string, o observed) bool {
	switch {
	case want == "":
		return true
	case len(want) == 1:
		return (want == "5") == o.permanent()
	}
	return strconv.Itoa(o.code) == want
}

func fitsStatus(want string, have reply.Enhanced) bool {
	if want == "" {
		return true
	}
	kind, rest, _ := strings.Cut(want, ".")
	subject, detail, exact := strings.Cut(rest, ".")
	if have[0] == 0 || kind != "x" && kind != strconv.Itoa(have[0]) || subject != strconv.Itoa(have[1]) {
		return false
	}
	low, high, ranged := strings.Cut(detail, "-")
	if !ranged {
		return !exact || detail == strconv.Itoa(have[2])
	}
	from, errFrom := strconv.Atoi(low)
	to, errTo := strconv.Atoi(high)
	return errFrom == nil && errTo == nil && from <= have[2] && have[2] <= to
}

func fitsText(want, have string) bool {
	if want == "" {
		return true
	}
	for alternative := range strings.SplitSeq(want, "|") {
		if inOrder(alternative, have) {
			return true
		}
	}
	return false
}

// maxGap is how far fragments may be apart: they belong to one phrase.
const maxGap = 90

// inOrder reports whether the fragments follow each other, each at the start of a
// word: "ip*blocked" is not in "recipient blocked".
func inOrder(fragments, have string) bool {
	first, others, more := strings.Cut(fragments, "*")
	for from := 0; ; {
		i := strings.Index(have[from:], first)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(first)
		if startsWord(have, start) && (!more || inOrder(others, have[end:min(len(have), end+maxGap)])) {
			return true
		}
		from = start + 1
	}
}

func startsWord(s string, i int) bool {
	return i == 0 || !isWord(s[i]) || !isWord(s[i-1])
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0x80
}
