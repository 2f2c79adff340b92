package header

import (
	"bytes"
	"iter"
)

// Parts yields the parts of a multipart body, header and all, without copying.
func Parts(body []byte, boundary string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		inside := false
		for content, delimiter := range segments(body, boundary) {
			if inside && !yield(content) || inside && isLast(delimiter, boundary) {
				return
			}
			inside = true
		}
	}
}

// segments cuts a multipart body at its delimiter lines (RFC 2046 §5.1.1). It
// yields each stretch of content with the delimiter that ends it: the line break
// before it, the line, its own line break. Joined they are the body. The first
// stretch is the preamble, the one after the closing delimiter the epilogue.
func segments(body []byte, boundary string) iter.Seq2[[]byte, []byte] {
	mark := []byte("--" + boundary)
	return func(yield func(content, delimiter []byte) bool) {
		start, from := 0, 0
		for {
			at, end, ok := nextDelimiter(body, mark, from)
			if !ok {
				yield(body[start:], nil)
				return
			}
			cut := at
			if cut-2 >= start && bytes.HasSuffix(body[:cut], []byte("\r\n")) {
				cut -= 2 // the break before a delimiter belongs to it
			}
			if !yield(body[start:cut], body[cut:end]) {
				return
			}
			start, from = end, end
		}
	}
}

// nextDelimiter finds the next delimiter line at or after from: where it begins,
// and where the line after it begins.
func nextDelimiter(body, mark []byte, from int) (at, end int, ok bool) {
	for from < len(body) {
		i := bytes.Index(body[from:], mark)
		if i < 0 {
			break
		}
		at = from + i
		if at == 0 || body[at-1] == '\n' {
			end = len(body)
			if n := bytes.IndexByte(body[at:], '\n'); n >= 0 {
				end = at + n + 1
			}
			rest := bytes.TrimPrefix(body[at+len(mark):end], []byte("--"))
			if len(bytes.Trim(rest, " \t\r\n")) == 0 {
				return at, end, true
			}
		}
		from = at + len(mark) // another boundary that begins like ours
	}
	return 0, 0, false
}

func isLast(delimiter []byte, boundary string) bool {
	line := bytes.TrimLeft(delimiter, "\r\n")
	return bytes.HasPrefix(line, []byte("--"+boundary+"--"))
}
