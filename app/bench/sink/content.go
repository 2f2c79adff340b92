package sink

import "bytes"

var (
	ending = []byte("\r\n.\r\n")
	field  = []byte("\nX-Test-Id: ")
)

// content watches a message go by in pieces. It keeps the last few octets of
// each piece, because what it looks for may lie across two.
type content struct {
	wantID bool
	id     []byte
	octets int

	dot  []byte // up to len(ending)-1 octets from before the present piece
	head []byte // the header so far while the id is looked for
	open bool   // still in the header, without the id
}

const maxHeader = 256 << 10 // no further than this is looked for an id

func (c *content) begin() {
	c.octets, c.id, c.head = 0, c.id[:0], append(c.head[:0], '\n')
	c.dot = append(c.dot[:0], "\r\n"...) // a dot alone ends an empty message
	c.open = c.wantID
}

// take reads a piece and returns how much of it belongs to the message, and
// whether the message ended there.
func (c *content) take(piece []byte) (used int, done bool) {
	used, done = c.find(piece)
	c.octets += used
	if c.open {
		c.identify(piece[:used])
	}
	return used, done
}

// find looks for the final dot.
func (c *content) find(piece []byte) (used int, done bool) {
	// Across the border: at most len(ending)-1 octets of this piece take part.
	kept := len(c.dot)
	c.dot = append(c.dot, piece[:min(len(piece), len(ending)-1)]...)
	if i := bytes.Index(c.dot, ending); i >= 0 {
		return i + len(ending) - kept, true
	}
	if i := bytes.Index(piece, ending); i >= 0 {
		return i + len(ending), true
	}
	if len(piece) >= len(ending)-1 {
		c.dot = append(c.dot[:0], piece[len(piece)-len(ending)+1:]...)
	} else if extra := len(c.dot) - len(ending) + 1; extra > 0 {
		c.dot = append(c.dot[:0], c.dot[extra:]...)
	}
	return len(piece), false
}

// identify looks for the id until the header ends.
func (c *content) identify(piece []byte) {
	c.head = append(c.head, piece...)
	limit := bytes.Index(c.head, []byte("\n\r\n"))
	header := c.head
	if limit >= 0 {
		header = c.head[:limit+1]
	}
	if i := bytes.Index(header, field); i >= 0 {
		value := header[i+len(field):]
		if end := bytes.IndexByte(value, '\r'); end >= 0 {
			c.id, c.open = append(c.id, value[:end]...), false
			return
		}
	}
	c.open = limit < 0 && len(c.head) < maxHeader
}
