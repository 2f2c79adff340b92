package contact

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"smtpserver/app/fault"
)

// sheetRows is what a sheet can hold (ECMA-376), the heading among them.
const sheetRows = 1 << 20

// xlsxWriter writes one sheet of texts as a stream. Every cell is an inline string, which
// no spreadsheet takes for a formula.
type xlsxWriter struct {
	zip   *zip.Writer
	sheet *bufio.Writer
	rows  int
}

// The parts of the smallest workbook.
var xlsxParts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Contacts" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
}

func newXLSX(w io.Writer) (*xlsxWriter, error) {
	x := &xlsxWriter{zip: zip.NewWriter(w)}
	for _, p := range xlsxParts {
		part, err := x.zip.Create(p.name)
		if err != nil {
			return nil, fmt.Errorf("contact: xlsx: %w", err)
		}
		if _, err := io.WriteString(part, xml.Header+p.text); err != nil {
			return nil, fmt.Errorf("contact: xlsx: %w", err)
		}
	}
	sheet, err := x.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return nil, fmt.Errorf("contact: xlsx: %w", err)
	}
	x.sheet = bufio.NewWriterSize(sheet, 64<<10)
	_, err = x.sheet.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	return x, err
}

// Write implements table.
func (x *xlsxWriter) Write(cells []string) error {
	if x.rows++; x.rows > sheetRows {
		return fault.New(fault.Invalid, "A workbook holds 1,048,576 rows. Take the CSV instead.")
	}
	var b strings.Builder
	b.WriteString("<row>")
	for _, cell := range cells {
		b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
		if err := xml.EscapeText(&b, []byte(cell)); err != nil {
			return fmt.Errorf("contact: xlsx: %w", err)
		}
		b.WriteString("</t></is></c>")
	}
	b.WriteString("</row>")
	_, err := x.sheet.WriteString(b.String())
	return err
}

// end implements table.
func (x *xlsxWriter) end() error {
	if _, err := x.sheet.WriteString("</sheetData></worksheet>"); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.zip.Close()
}
