package listimport

import (
	"errors"

	"smtpserver/app/fault"
)

// Bounds of what a file may hold.
const (
	MaxFile    = 1 << 30 // octets
	maxRow     = 1 << 20 // octets of one row
	maxColumns = 500
	maxRows    = 20_000_000
)

// record is one row of a file: its cells, or what is wrong with it as a whole.
type record struct {
	cells   []string
	problem Code // 0: none
}

// records reads a file row by row. Rows without any content are passed over.
type records interface {
	// next returns the next row; io.EOF at the end. Cells are valid until the next call.
	next() (record, error)
}

// errFile is in the chain of errors that are about the file as a whole, and the person's
// to mend.
var errFile = errors.New("listimport: the file cannot be read")

func badFile(safe string) error { return fault.Wrap(fault.Invalid, safe, errFile) }
