package listimport

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
)

// sharedStrings is a workbook's table of texts: one run of octets and where each begins.
type sharedStrings struct {
	text []byte
	ends []uint32
}

func (s *sharedStrings) at(n int) string {
	if n < 0 || n >= len(s.ends) {
		return ""
	}
	from := uint32(0)
	if n > 0 {
		from = s.ends[n-1]
	}
	return string(s.text[from:s.ends[n]])
}

// read fills the table. Rich text is put together; what is spoken (rPh) is left out.
func (s *sharedStrings) read(f *zip.File) error {
	if f == nil {
		return nil
	}
	body, err := openPart(f, mostStrings)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	d := strict(body)
	take, spoken := false, false
	for {
		t, err := token(d)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			take = t.Name.Local == "t" && !spoken
			spoken = spoken || t.Name.Local == "rPh"
		case xml.EndElement:
			take = false
			switch t.Name.Local {
			case "rPh":
				spoken = false
			case "si":
				s.ends = append(s.ends, uint32(len(s.text)))
			}
		case xml.CharData:
			if take {
				s.text = append(s.text, t...)
			}
		}
		if len(s.text)+4*len(s.ends) > keptStrings {
			return badFile(bigXLSX)
		}
	}
}
