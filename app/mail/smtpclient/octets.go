package smtpclient

import (
	"bytes"
	"time"
)

// clean reports whether the pieces, read as one text, have only CRLF line ends and
// no NUL. Outbound smuggling needs one of these octets (S-13 to S-19).
func clean(pieces [][]byte) bool {
	last := byte(0)
	for _, p := range pieces {
		if bytes.IndexByte(p, 0) >= 0 {
			return false
		}
		lf, cr := bytes.Count(p, []byte("\n")), bytes.Count(p, []byte("\r"))
		pairs := bytes.Count(p, []byte("\r\n"))
		if last == '\r' {
			if len(p) > 0 && p[0] != '\n' {
				return false
			}
			pairs++
			cr++
		}
		if len(p) > 0 {
			if last = p[len(p)-1]; last == '\r' {
				cr--
			}
		}
		if lf != pairs || cr != pairs {
			return false
		}
	}
	return last != '\r'
}

// writeStuffed writes the content with dots stuffed (RFC 5321 §4.5.2) and ends the last line.
func (c *Conn) writeStuffed(pieces [][]byte) error {
	start := true // at the start of a line
	for _, p := range pieces {
		for len(p) > 0 {
			if start && p[0] == '.' {
				if err := c.bw.WriteByte('.'); err != nil {
					return c.fail(err)
				}
			}
			n := nextDotLine(p)
			if err := c.raw.SetWriteDeadline(time.Now().Add(c.dialer.Timeouts.DataBlock)); err != nil {
				return c.fail(err)
			}
			if _, err := c.bw.Write(p[:n]); err != nil {
				return c.fail(err)
			}
			start = p[n-1] == '\n'
			p = p[n:]
		}
	}
	if !start {
		if _, err := c.bw.WriteString("\r\n"); err != nil {
			return c.fail(err)
		}
	}
	return nil
}

// nextDotLine returns how many octets may be copied before a line that begins
// with a dot, at most 64 KiB so that the write deadline stays per block.
func nextDotLine(p []byte) int {
	const block = 64 << 10
	if i := bytes.Index(p[:min(len(p), block)], []byte("\n.")); i >= 0 {
		return i + 1
	}
	return min(len(p), block)
}
