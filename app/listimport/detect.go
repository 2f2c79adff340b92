package listimport

import (
	"bytes"
	"io"
	"strings"

	"smtpserver/app/mail/address"
)

// Format is the kind of a file.
type Format string

// The formats. TSV is CSV whose delimiter is a tab.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// detect tells format, encoding, delimiter and heading from the beginning of a file.
func detect(head []byte, all bool) (Settings, error) {
	switch {
	case len(bytes.TrimSpace(head)) == 0 && all:
		return Settings{}, badFile("The file is empty.")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return Settings{Format: XLSX, Header: true}, nil
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return Settings{}, badFile("This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password, or as CSV.")
	}
	for _, known := range []struct{ begins, what string }{
		{"%PDF", "a PDF"}, {"\x1f\x8b", "a packed file"}, {"7z\xbc\xaf", "a packed file"}, {"Rar!", "a packed file"}, {"\x89PNG", "a picture"}, {"\xff\xd8\xff", "a picture"},
		{"{\\rtf", "a text document"}, {"<?xml", "XML"}, {"<!DOCTYPE", "a web page"}, {"<html", "a web page"}, {"SQLite format", "a database"}, {"\x7fELF", "a program"}, {"MZ\x90", "a program"},
	} {
		if bytes.HasPrefix(head, []byte(known.begins)) {
			return Settings{}, badFile("This is " + known.what + ", not a list. Save the list as CSV or .xlsx.")
		}
	}
	s := Settings{Format: CSV, Encoding: detectEncoding(head, all), Header: true}
	e, _ := encodingOf(s.Encoding)
	text, err := io.ReadAll(e.decoder(bytes.NewReader(head)))
	if err != nil {
		return s, badFile("The beginning of the file cannot be read.")
	}
	s.Delimiter = detectDelimiter(text)
	s.Header = looksLikeHeading(text, s.Delimiter[0])
	return s, nil
}

// Delimiters are those a person can choose from.
var Delimiters = []struct{ Value, Label string }{{",", "Comma"}, {";", "Semicolon"}, {"\t", "Tab"}, {"|", "Vertical bar"}}

// detectDelimiter takes the one that cuts the first rows most evenly into the most cells.
func detectDelimiter(text []byte) string {
	best, most := ",", 0
	for _, d := range Delimiters {
		if points := evenness(text, d.Value[0]); points > most {
			best, most = d.Value, points
		}
	}
	return best
}

const lookedAt = 20 // rows

func evenness(text []byte, delimiter byte) int {
	rows := newCSV(bytes.NewReader(text), delimiter)
	width, even, seen := 0, 0, 0
	for seen < lookedAt {
		row, err := rows.next()
		if err != nil {
			break
		}
		if row.cells == nil {
			continue
		}
		seen++
		if width == 0 {
			width = len(row.cells)
		}
		if len(row.cells) == width {
			even++
		}
	}
	if width < 2 || seen == 0 {
		return 0
	}
	return 1000*even/seen + min(width, 100)
}

// looksLikeHeading tells a row of names from a row of data: there is no address in it.
func looksLikeHeading(text []byte, delimiter byte) bool {
	row, err := newCSV(bytes.NewReader(text), delimiter).next()
	if err != nil {
		return true
	}
	for _, cell := range row.cells {
		if _, err := address.Parse(strings.TrimSpace(cell)); err == nil {
			return false
		}
	}
	return true
}
