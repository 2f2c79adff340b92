// Package sheet writes CSV for people: a cell that a spreadsheet would take for a
// formula is marked as text (I-06), and times are RFC 3339 in UTC.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"time"
)

// Writer writes rows. Its first error is kept and returned by Close.
type Writer struct {
	csv *csv.Writer
	err error
}

// New begins a sheet with its heading.
func New(w io.Writer, heading ...string) *Writer {
	s := &Writer{csv: csv.NewWriter(w)}
	s.Row(heading...)
	return s
}

// Row adds a line.
func (s *Writer) Row(cells ...string) {
	if s.err != nil {
		return
	}
	safe := make([]string, len(cells))
	for i, cell := range cells {
		safe[i] = Cell(cell)
	}
	s.err = s.csv.Write(safe)
}

// Close writes what is left.
func (s *Writer) Close() error {
	s.csv.Flush()
	if s.err == nil {
		s.err = s.csv.Error()
	}
	return s.err
}

// Cell marks a text that a spreadsheet would run.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Time is a moment as a cell; the zero time is empty.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// TimeOrNone is Time for one that may be missing.
func TimeOrNone(t *time.Time) string {
	if t == nil {
		return ""
	}
	return Time(*t)
}
