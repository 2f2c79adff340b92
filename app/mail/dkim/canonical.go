package dkim

import (
	"bytes"
	"hash"
)

// hashBody feeds the relaxed body (RFC 6376 §3.4.4) to h: white space runs become
// one space, white space at line ends and empty lines at the end go. Lines end in CRLF.
func hashBody(h hash.Hash, body []byte) {
	buf := make([]byte, 0, 32<<10)
	blank := 0
	for len(body) > 0 {
		line := body
		if end := bytes.IndexByte(body, '\n'); end >= 0 {
			line, body = body[:end], body[end+1:]
		} else {
			body = nil
		}
		line = bytes.TrimRight(line, " \t\r")
		if len(line) == 0 {
			blank++
			continue
		}
		for ; blank > 0; blank-- {
			buf = append(buf, '\r', '\n')
			buf = spill(h, buf)
		}
		buf = append(squeeze(buf, line), '\r', '\n')
		buf = spill(h, buf)
	}
	h.Write(buf)
}

// spill empties the buffer into h when it is nearly full. A line is at most 1,000 octets.
func spill(h hash.Hash, buf []byte) []byte {
	if len(buf) > 28<<10 {
		h.Write(buf)
		return buf[:0]
	}
	return buf
}

// squeeze appends line with each run of white space as one space. Most lines have
// none but single spaces and are copied whole.
func squeeze(dst, line []byte) []byte {
	if bytes.IndexByte(line, '\t') < 0 && !bytes.Contains(line, []byte("  ")) {
		return append(dst, line...)
	}
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
	dst = append(append(dst, bytes.ToLower(bytes.TrimRight(name, " \t"))...), ':')
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
