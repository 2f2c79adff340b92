package listimport

import "strings"

// SafeCell writes a value so that no spreadsheet takes it for a formula (I-06): an
// apostrophe before what would begin one. Values that begin with apostrophes and then such
// a sign get one more, so that PlainCell always gives back what was written.
func SafeCell(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

// PlainCell undoes SafeCell.
func PlainCell(s string) string {
	if strings.HasPrefix(s, "'") && formula(s) {
		return s[1:]
	}
	return s
}

// formula reports whether, behind any apostrophes, stands what begins a formula.
func formula(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte("=+-@\t\r", s[0]) >= 0
}
