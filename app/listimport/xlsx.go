package listimport

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"
)

// Bounds of a workbook. A zip's directory is looked at before anything is unpacked, and
// Go's reader holds every entry to the size the directory claims; the bounds hold for what
// it claims (zip bombs), and no entry but those below is opened at all.
const (
	mostEntries   = 1000
	mostUnpacked  = 2 << 30   // of the sheet
	mostStrings   = 256 << 20 // of the table of strings, unpacked
	keptStrings   = 48 << 20  // of the table's text in memory
	smallPart     = 8 << 20   // workbook, relations, styles
	mostRatio     = 400       // unpacked to packed, of a big part
	mostSheetRows = 1 << 20   // what Excel itself can hold
)

// workbook reads the first sheet of an .xlsx file (ECMA-376) as a stream: encoding/xml
// resolves no entity of a DTD and opens nothing. Formulas give the value that was saved
// with them.
type workbook struct {
	sheet   *xml.Decoder
	strings sharedStrings
	dates   []bool // by style: the number is a date
	epoch   time.Time
	cells   []string
	column  int // of the next cell that does not say which it is
	rows    int
}

const (
	brokenXLSX = "This file calls itself a workbook but cannot be read as one. Open it in a spreadsheet and save it as .xlsx again, or as CSV."
	bigXLSX    = "This workbook unpacks to more than we read. Save the sheet as CSV, which may be larger."
)

func openXLSX(in io.ReaderAt, size int64) (*workbook, error) {
	z, err := zip.NewReader(in, size)
	if err != nil {
		return nil, badFile(brokenXLSX)
	}
	if len(z.File) > mostEntries {
		return nil, badFile(bigXLSX)
	}
	parts := map[string]*zip.File{}
	for _, f := range z.File {
		name := strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/"))
		if parts[name] != nil || f.Flags&1 != 0 { // twice, or with a password
			return nil, badFile(brokenXLSX)
		}
		parts[name] = f
	}
	w := &workbook{epoch: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	sheet, err := w.findSheet(parts)
	if err != nil {
		return nil, err
	}
	if err := w.readStyles(parts["xl/styles.xml"]); err != nil {
		return nil, err
	}
	if err := w.strings.read(parts["xl/sharedstrings.xml"]); err != nil {
		return nil, err
	}
	body, err := openPart(sheet, mostUnpacked)
	if err != nil {
		return nil, err
	}
	w.sheet = strict(body)
	return w, nil
}

// openPart opens an entry whose claimed size is within the bound. A part that is much
// larger unpacked than packed is a bomb: real sheets pack 5 to 50 times.
func openPart(f *zip.File, most uint64) (io.ReadCloser, error) {
	if f == nil {
		return nil, badFile(brokenXLSX)
	}
	if f.UncompressedSize64 > most || f.UncompressedSize64 > 16<<20 && f.UncompressedSize64/max(f.CompressedSize64, 1) > mostRatio {
		return nil, badFile(bigXLSX)
	}
	body, err := f.Open()
	if err != nil {
		return nil, badFile(brokenXLSX)
	}
	return body, nil
}

// strict refuses a DTD when its tokens are read (see token).
func strict(in io.Reader) *xml.Decoder {
	d := xml.NewDecoder(in)
	d.Entity = map[string]string{}
	return d
}

// token reads the next one; a declaration of document types is refused.
func token(d *xml.Decoder) (xml.Token, error) {
	t, err := d.RawToken()
	if errors.Is(err, io.EOF) {
		return nil, err
	}
	if err != nil {
		return nil, broken(err)
	}
	if _, ok := t.(xml.Directive); ok {
		return nil, badFile(brokenXLSX)
	}
	return t, nil
}

// broken tells trouble with the bytes' source, which another try may mend, from bad bytes.
func broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) || errors.Is(err, zip.ErrChecksum) || errors.Is(err, zip.ErrFormat) || errors.Is(err, io.ErrUnexpectedEOF) || strings.HasPrefix(err.Error(), "flate:") || strings.HasPrefix(err.Error(), "xml:") {
		return badFile(brokenXLSX)
	}
	return err
}

// readSmall reads a whole part whose structure is wanted.
func readSmall(f *zip.File, into any) error {
	body, err := openPart(f, smallPart)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	d := strict(body)
	if err := d.Decode(into); err != nil {
		return broken(err)
	}
	return nil
}

// findSheet follows the workbook to its first sheet.
func (w *workbook) findSheet(parts map[string]*zip.File) (*zip.File, error) {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Relation string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := readSmall(parts["xl/workbook.xml"], &book); err != nil {
		return nil, err
	}
	if on := book.Properties.Date1904; on == "1" || on == "true" {
		w.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if len(book.Sheets) == 0 {
		return nil, badFile("There is no sheet in this workbook.")
	}
	var relations struct {
		Relations []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		} `xml:"Relationship"`
	}
	if parts["xl/_rels/workbook.xml.rels"] != nil {
		if err := readSmall(parts["xl/_rels/workbook.xml.rels"], &relations); err != nil {
			return nil, err
		}
	}
	for _, r := range relations.Relations {
		if r.ID != book.Sheets[0].Relation || r.Mode == "External" {
			continue
		}
		target := strings.ToLower(r.Target)
		if !strings.HasPrefix(target, "/") {
			target = path.Join("xl", target)
		}
		if f := parts[strings.TrimPrefix(target, "/")]; f != nil {
			return f, nil
		}
	}
	if f := parts["xl/worksheets/sheet1.xml"]; f != nil {
		return f, nil
	}
	return nil, badFile(brokenXLSX)
}

// readStyles learns which styles show a number as a date.
func (w *workbook) readStyles(f *zip.File) error {
	if f == nil {
		return nil
	}
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := readSmall(f, &styles); err != nil {
		return err
	}
	custom := map[int]bool{}
	for _, format := range styles.Formats {
		custom[format.ID] = isDateFormat(format.Code)
	}
	for _, cell := range styles.Cells {
		id := cell.Format
		w.dates = append(w.dates, id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || custom[id])
	}
	return nil
}

// isDateFormat looks for letters of dates outside of quotes and brackets.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(code, ";")
	quoted, bracket := false, false
	for i := range len(code) {
		switch c := code[i]; {
		case c == '"':
			quoted = !quoted
		case c == '[' || c == ']':
			bracket = c == '['
		case quoted || bracket:
		case strings.IndexByte("yYdDhH", c) >= 0:
			return true
		}
	}
	return false
}

// next implements records.
func (w *workbook) next() (record, error) {
	for {
		t, err := token(w.sheet)
		if err != nil {
			return record{}, err
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		if w.rows++; w.rows > mostSheetRows {
			return record{}, badFile("This sheet has more rows than a workbook can hold (1,048,576). Save it as CSV.")
		}
		problem, err := w.row()
		if err != nil {
			return record{}, err
		}
		if problem != 0 {
			return record{problem: problem}, nil
		}
		if !blank(w.cells) {
			return record{cells: w.cells, problem: problemOf(w.cells)}, nil
		}
	}
}

// row reads the cells up to the end of the row.
func (w *workbook) row() (problem Code, err error) {
	w.cells, w.column = w.cells[:0], 0
	size := 0
	for {
		t, err := token(w.sheet)
		if errors.Is(err, io.EOF) {
			return 0, badFile(brokenXLSX)
		}
		if err != nil {
			return 0, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return problem, nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				continue
			}
			column, text, err := w.cell(t)
			if err != nil {
				return 0, err
			}
			size += len(text)
			switch {
			case size > maxRow:
				problem, w.cells = TooLong, w.cells[:0]
			case text == "" || problem != 0:
			case column >= maxColumns:
				problem = TooManyCells
			default:
				for len(w.cells) <= column {
					w.cells = append(w.cells, "")
				}
				w.cells[column] = text
			}
		}
	}
}

// cell reads one cell: its column and what it shows.
func (w *workbook) cell(start xml.StartElement) (column int, text string, err error) {
	column, kind, style := w.column, "", -1
	for _, a := range start.Attr {
		switch a.Name.Local {
		case "r":
			column = columnOf(a.Value, column)
		case "t":
			kind = a.Value
		case "s":
			if n, err := strconv.Atoi(a.Value); err == nil {
				style = n
			}
		}
	}
	w.column = column + 1
	var b strings.Builder
	depth, take := 1, false
	for depth > 0 {
		t, err := token(w.sheet)
		if errors.Is(err, io.EOF) {
			return 0, "", badFile(brokenXLSX)
		}
		if err != nil {
			return 0, "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			take = t.Name.Local == "v" || t.Name.Local == "t"
		case xml.EndElement:
			depth--
			take = false
		case xml.CharData:
			if take && b.Len() <= maxRow {
				b.Write(t)
			}
		}
	}
	return column, w.shown(b.String(), kind, style), nil
}

// columnOf reads the letters of a cell's reference: "AB12" is the 27th column from 0.
func columnOf(reference string, otherwise int) int {
	n := 0
	for i := range len(reference) {
		c := reference[i] | 0x20
		if c < 'a' || c > 'z' {
			break
		}
		if n = n*26 + int(c-'a') + 1; n > 1<<20 {
			return 1 << 20
		}
	}
	if n == 0 {
		return otherwise
	}
	return n - 1
}

// shown is the text that a person sees in the cell, but for dates, which are written so
// that they can be read one way only, and numbers, which are written in full.
func (w *workbook) shown(value, kind string, style int) string {
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return ""
		}
		return w.strings.at(n)
	case "b":
		if value == "1" {
			return "true"
		}
		return "false"
	case "str", "inlineStr":
		return value
	case "e":
		return "" // #N/A and its like say nothing
	case "d":
		return value
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return value
	}
	if style >= 0 && style < len(w.dates) && w.dates[style] && number >= 0 && number < 2958466 {
		return w.date(number)
	}
	if math.Abs(number) < 1e15 {
		return strconv.FormatFloat(number, 'f', -1, 64) // a telephone number is no 1.23E+11
	}
	return value
}

func (w *workbook) date(number float64) string {
	days := math.Floor(number)
	at := w.epoch.AddDate(0, 0, int(days)).Add(time.Duration(math.Round((number-days)*86400)) * time.Second)
	if number == days {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.DateTime)
}
