package dkim

import (
	"bytes"
	"hash"
)

// hashBody feeds the relaxed body (RFC 6376 §3.4.4) to h: white space runs become
// one space, white space at line ends and empty lines at the end go. Lines end in
// CRLF. Stretches that are canonical already, most of most mail, are hashed where
// they lie.
func hashBody(h hash.Hash, body []byte) {
	body = bytes.TrimRight(body, " \t\r\n")
	if len(body) == 0 {
		return // §3.4.4: the relaxed form of an empty body is empty
	}
	var scratch []byte
	clean, at := 0, 0 // body[clean:at] is canonical and not hashed yet
	for at < len(body) {
		line, end := body[at:], len(body)
		if n := bytes.IndexByte(line, '\n'); n >= 0 {
			line, end = line[:n], at+n+1
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if !relaxed(line) {
			h.Write(body[clean:at])
			scratch = squeeze(scratch[:0], line)
			h.Write(scratch)
			clean = at + len(line) // its line break is next
		}
		at = end
	}
	h.Write(body[clean:])
	h.Write([]byte("\r\n"))
}

// relaxed reports whether a line is its own relaxed form.
func relaxed(line []byte) bool {
	return len(line) == 0 || line[len(line)-1] != ' ' && bytes.IndexByte(line, '\t') < 0 && !bytes.Contains(line, []byte("  "))
}

// squeeze appends line with each run of white space as one space, none at the end.
func squeeze(dst, line []byte) []byte {
	space := false
	for _, c := range line {
		if c == ' ' || c == '\t' {
			space = true
			continue
		}
		if space {
			dst = append(dst, ' ')
			space = false
		}
		dst = append(dst, c)
	}
	return dst
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
