package dkim

import (
	"bytes"
	"hash"
)

// hashBody feeds the relaxed body (RFC 6376 §3.4.4) to h: white space runs become
// one space, white space at line ends and empty lines at the end go. Lines end in
// CRLF. It jumps from run to run; what lies between is hashed where it is.
func hashBody(h hash.Hash, body []byte) {
	body = bytes.TrimRight(body, " \t\r\n")
	if len(body) == 0 {
		return // the relaxed form of an empty body is empty
	}
	runs := newRuns(body)
	done := 0
	for {
		start, end := runs.after(done)
		h.Write(body[done:start])
		if start == len(body) {
			break
		}
		if body[end] != '\r' {
			h.Write([]byte(" "))
		}
		done = end
	}
	h.Write([]byte("\r\n"))
}

// runs finds the white space that the relaxed form changes.
type runs struct {
	body []byte
	next [3]int // where each of the signs comes next
}

// signs tell a run that changes from the single spaces of most text.
var signs = [3][]byte{[]byte("\t"), []byte("  "), []byte(" \r")}

func newRuns(body []byte) *runs { return &runs{body: body, next: [3]int{-1, -1, -1}} }

// after returns the first run at or after from, which is the start of body or the
// end of a run; both ends are len(body) without one.
func (r *runs) after(from int) (start, end int) {
	start = len(r.body)
	for i, sign := range signs {
		if r.next[i] < from {
			r.next[i] = len(r.body)
			if n := bytes.Index(r.body[from:], sign); n >= 0 {
				r.next[i] = from + n
			}
		}
		start = min(start, r.next[i])
	}
	if start > from && start < len(r.body) && r.body[start-1] == ' ' {
		start-- // a tab behind a single space
	}
	for end = start; end < len(r.body) && (r.body[end] == ' ' || r.body[end] == '\t'); {
		end++
	}
	return start, end
}

// appendField appends the relaxed form of a field (RFC 6376 §3.4.2) without its CRLF.
func appendField(dst, raw []byte) []byte {
	name, value, _ := bytes.Cut(raw, []byte(":"))
	for _, c := range bytes.TrimRight(name, " \t") {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	dst = append(dst, ':')
	start := len(dst)
	space := false
	for _, c := range value {
		switch c {
		case '\r', '\n':
		case ' ', '\t':
			space = true
		default:
			if space && len(dst) > start {
				dst = append(dst, ' ')
			}
			space = false
			dst = append(dst, c)
		}
	}
	return dst
}
