package listimport

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// csvReader reads delimited text as spreadsheets and databases really write it: lines end
// with LF, CRLF or CR, quotes may stand where RFC 4180 has none, rows may be ragged. It
// never fails on a row: what cannot be read is one rejected row, and it goes on after it.
// Text is UTF-8 by now (see encoding.go).
type csvReader struct {
	in         io.Reader
	delimiter  byte
	buf        []byte
	start, end int
	eof        bool
	cells      []string
	quoted     []byte // an unquoted copy of one cell
}

const csvStep = 64 << 10

func newCSV(in io.Reader, delimiter byte) *csvReader {
	return &csvReader{in: in, delimiter: delimiter, buf: make([]byte, 0, csvStep)}
}

// fill reads more behind what is there. It reports false when the row has become too long.
func (c *csvReader) fill() (room bool, err error) {
	if c.start > 0 {
		c.end = copy(c.buf[:cap(c.buf)], c.buf[c.start:c.end])
		c.start = 0
	}
	if c.end == cap(c.buf) {
		if c.end >= maxRow+csvStep {
			return false, nil
		}
		larger := make([]byte, min(2*cap(c.buf), maxRow+csvStep))
		copy(larger, c.buf[:c.end])
		c.buf = larger
	}
	c.buf = c.buf[:cap(c.buf)]
	n, err := io.ReadAtLeast(c.in, c.buf[c.end:], 1)
	c.end += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		c.eof, err = true, nil
	}
	return true, err
}

// next implements records.
func (c *csvReader) next() (record, error) {
	for {
		size, state := c.scan()
		switch state {
		case whole:
			c.start += size
			if blank(c.cells) {
				continue
			}
			return record{cells: c.cells, problem: problemOf(c.cells)}, nil
		case unclosed:
			return c.skipLine(OpenQuote)
		case nothing:
			return record{}, io.EOF
		}
		room, err := c.fill()
		if err != nil {
			return record{}, err
		}
		if !room {
			if state == inQuotes && bytes.ContainsAny(c.buf[c.start:c.end], "\r\n") {
				return c.skipLine(OpenQuote)
			}
			return c.skipLine(TooLong)
		}
	}
}

type scanState int

const (
	whole    scanState = iota // a row was read
	partial                   // the row goes on behind what is there
	inQuotes                  // likewise, and inside of a quoted cell
	unclosed                  // the file ends inside of a quoted cell
	nothing                   // the file is over
)

// scan reads one row from the buffer into cells and returns its size with its line end.
func (c *csvReader) scan() (int, scanState) {
	data := c.buf[c.start:c.end]
	if len(data) == 0 {
		if c.eof {
			return 0, nothing
		}
		return 0, partial
	}
	c.cells = c.cells[:0]
	for at := 0; ; {
		cell, size, state := c.cell(data[at:])
		if state != whole {
			return 0, state
		}
		at += size
		c.cells = append(c.cells, cell)
		switch {
		case at == len(data):
			if !c.eof {
				return 0, partial
			}
			return at, whole
		case data[at] == c.delimiter:
			at++
			if at == len(data) && c.eof {
				c.cells = append(c.cells, "")
				return at, whole
			}
		default:
			size, complete := lineEnd(data[at:], c.eof)
			if !complete {
				return 0, partial
			}
			return at + size, whole
		}
	}
}

// lineEnd is the size of the line end that data begins with. A CR that ends the buffer may
// be half of a CRLF.
func lineEnd(data []byte, eof bool) (size int, complete bool) {
	if data[0] == '\n' {
		return 1, true
	}
	if len(data) == 1 {
		return 1, eof
	}
	if data[1] == '\n' {
		return 2, true
	}
	return 1, true
}

// cell reads one cell up to, without, the delimiter or line end behind it.
func (c *csvReader) cell(data []byte) (string, int, scanState) {
	if len(data) > 0 && data[0] == '"' {
		return c.quotedCell(data)
	}
	for i, b := range data {
		if b == c.delimiter || b == '\n' || b == '\r' {
			return string(data[:i]), i, whole
		}
	}
	if !c.eof {
		return "", 0, partial
	}
	return string(data), len(data), whole
}

// quotedCell reads a cell in quotes. A quote counts as closing only before a delimiter, a
// line end or the end; elsewhere it is part of the text.
func (c *csvReader) quotedCell(data []byte) (string, int, scanState) {
	c.quoted = c.quoted[:0]
	for i := 1; i < len(data); {
		next := bytes.IndexByte(data[i:], '"')
		if next < 0 {
			break
		}
		c.quoted = append(c.quoted, data[i:i+next]...)
		i += next + 1
		rest := data[i:]
		switch {
		case len(rest) == 0 && !c.eof:
			return "", 0, inQuotes
		case len(rest) > 0 && rest[0] == '"':
			c.quoted = append(c.quoted, '"')
			i++
			continue
		}
		spaces := len(rest) - len(bytes.TrimLeft(rest, " "))
		switch {
		case len(rest) == spaces && !c.eof:
			return "", 0, inQuotes
		case len(rest) == spaces, rest[spaces] == c.delimiter, rest[spaces] == '\n', rest[spaces] == '\r':
			return string(c.quoted), i + spaces, whole
		}
		c.quoted = append(c.quoted, '"')
	}
	if c.eof {
		return "", 0, unclosed
	}
	return "", 0, inQuotes
}

// skipLine passes over one line of a row that cannot be read, however long it is.
func (c *csvReader) skipLine(problem Code) (record, error) {
	for {
		data := c.buf[c.start:c.end]
		if at := bytes.IndexAny(data, "\r\n"); at >= 0 {
			if size, complete := lineEnd(data[at:], c.eof); complete {
				c.start += at + size
				return record{problem: problem}, nil
			}
			c.start += at
		} else {
			c.start = c.end
		}
		if c.eof {
			c.start = c.end
			return record{problem: problem}, nil
		}
		if _, err := c.fill(); err != nil {
			return record{}, err
		}
	}
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// problemOf finds what makes a row unfit as a whole. The replacement character is what the
// decoder writes for octets that the encoding does not have.
func problemOf(cells []string) Code {
	size := 0
	for _, cell := range cells {
		size += len(cell)
		for _, r := range cell {
			switch {
			case r == utf8.RuneError:
				return BadEncoding
			case r < ' ' && r != '\n' && r != '\r' && r != '\t':
				return ControlOctets
			}
		}
	}
	if size > maxRow {
		return TooLong
	}
	return 0
}
