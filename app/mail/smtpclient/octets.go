package smtpclient

import (
	"bufio"
	"bytes"
)

// maxLine is the longest line without its CRLF (RFC 5321 §4.5.3.1.6).
const maxLine = 998

// clean reports whether the pieces, read as one text, have only CRLF line ends, no
// NUL and no longer lines than a server must take. Outbound smuggling needs one of
// these octets (S-13 to S-19).
func clean(pieces [][]byte) bool {
	var last byte // octet read
	length, crs, lfs := 0, 0, 0
	for _, p := range pieces {
		if bytes.IndexByte(p, 0) >= 0 {
			return false
		}
		crs += bytes.Count(p, []byte("\r"))
		for len(p) > 0 {
			i := bytes.IndexByte(p, '\n')
			if i < 0 {
				length += len(p)
				last = p[len(p)-1]
				break
			}
			if i > 0 {
				last = p[i-1]
			}
			if last != '\r' || length+i-len("\r") > maxLine {
				return false
			}
			lfs, length, last, p = lfs+1, 0, '\n', p[i+1:]
		}
	}
	return crs == lfs && length <= maxLine // each LF has its CR, and no CR is left over
}

// writeStuffed writes the content with dots stuffed (RFC 5321 §4.5.2) and ends the last line.
func writeStuffed(w *bufio.Writer, pieces [][]byte) error {
	start := true // at the start of a line
	for _, p := range pieces {
		for len(p) > 0 {
			if start && p[0] == '.' {
				if err := w.WriteByte('.'); err != nil {
					return err
				}
			}
			n := len(p)
			if i := bytes.Index(p, []byte("\n.")); i >= 0 {
				n = i + 1
			}
			if _, err := w.Write(p[:n]); err != nil {
				return err
			}
			start = p[n-1] == '\n'
			p = p[n:]
		}
	}
	if start {
		return nil
	}
	_, err := w.WriteString("\r\n")
	return err
}
