package listimport

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	utf "golang.org/x/text/encoding/unicode"

	"smtpserver/app/fault"
	"smtpserver/app/store/storetest"
)

const (
	western = "Name;E-Mail\nMüller, José;jose@example.org\nÀlbèrt Dupré;a@example.org\nCrème Brûlée;b@example.org\nJürgen Groß;c@example.org\n"
	polish  = "Imię;E-mail\nŁukasz Żółć;l@example.org\nAgnieszka Świątek;a@example.org\nMichał Wójcik;m@example.org\nZażółć gęślą jaźń;z@example.org\n"
	russian = "Имя;E-mail\nАнна Каренина;a@example.org\nПётр Безухов;p@example.org\nНаташа Ростова;n@example.org\nСергей Иванович Кознышев;s@example.org\n"
	nippon  = "名前;E-mail\n山田太郎さんは東京に住んでいます;y@example.org\n鈴木一郎です、よろしくお願いします;s@example.org\n高橋みなみ;t@example.org\n"
	han     = "姓名;E-mail\n王小明住在北京市朝阳区;w@example.org\n李雷和韩梅梅是好朋友;l@example.org\n张伟在上海工作;z@example.org\n"
)

// I-01: what the file is written in is found, and é is é.
func TestI01Encodings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text, want string
		how              encoding.Encoding
		before           string
	}{
		{"UTF-8", western, "utf-8", encoding.Nop, ""},
		{"UTF-8 with a mark", western, "utf-8", encoding.Nop, "\xef\xbb\xbf"},
		{"UTF-16LE with a mark", western, "utf-16le", utf.UTF16(utf.LittleEndian, utf.IgnoreBOM), "\xff\xfe"},
		{"UTF-16BE with a mark", western, "utf-16be", utf.UTF16(utf.BigEndian, utf.IgnoreBOM), "\xfe\xff"},
		{"UTF-16LE", western, "utf-16le", utf.UTF16(utf.LittleEndian, utf.IgnoreBOM), ""},
		{"UTF-16BE", western, "utf-16be", utf.UTF16(utf.BigEndian, utf.IgnoreBOM), ""},
		{"Windows-1252", western, "windows-1252", charmap.Windows1252, ""},
		{"ISO-8859-15", western, "windows-1252", charmap.ISO8859_15, ""}, // the letters are the same
		{"Mac", western, "macintosh", charmap.Macintosh, ""},
		{"Windows-1250", polish, "windows-1250", charmap.Windows1250, ""},
		{"Windows-1251", russian, "windows-1251", charmap.Windows1251, ""},
		{"Shift-JIS", nippon, "shift_jis", japanese.ShiftJIS, ""},
		{"GB18030", han, "gb18030", simplifiedchinese.GB18030, ""},
	} {
		data, err := c.how.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(c.name, err)
		}
		settings, err := detect([]byte(c.before+data), true)
		if err != nil || settings.Encoding != c.want || settings.Delimiter != ";" || !settings.Header {
			t.Errorf("%s: %+v %v, want %s", c.name, settings, err, c.want)
			continue
		}
		e, _ := encodingOf(settings.Encoding)
		text, err := io.ReadAll(e.decoder(strings.NewReader(c.before + data)))
		if err != nil || string(text) != c.text {
			t.Errorf("%s is read as %.60q: %v", c.name, text, err)
		}
	}
}

// sheet makes a workbook.
func sheet(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	all := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns="x" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="t" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>email</t></is></c></row></sheetData></worksheet>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	for name, text := range all {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func readSheet(file []byte) (rows [][]string, err error) {
	w, err := openXLSX(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, err
	}
	for {
		r, err := w.next()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		rows = append(rows, append([]string{}, r.cells...))
	}
}

// I-08: what cells show.
func TestI08CellsOfAWorkbook(t *testing.T) {
	t.Parallel()
	file := sheet(t, map[string]string{
		"xl/styles.xml":        `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="165" formatCode="0&quot;d&quot;"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml": `<sst><si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r><rPh><t>spoken</t></rPh></si></sst>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c r="D1"><v>491701234567</v></c><c r="E1"><v>1.23E+11</v></c></row>` +
			`<row r="2"/><row r="3"><c r="A3" s="1"><v>45000</v></c><c r="B3" s="2"><v>45000.5</v></c><c r="C3" s="3"><v>7</v></c><c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#N/A</v></c><c r="F3" t="str"><f>A1&amp;"x"</f><v>computed</v></c></row>` +
			`<row r="4"><c r="XFD1048576" t="inlineStr"><is><t>far away</t></is></c></row></sheetData></worksheet>`,
	})
	rows, err := readSheet(file)
	want := [][]string{{"plain", "", "rich text", "491701234567", "123000000000"}, {"2023-03-15", "2023-03-15 12:00:00", "7", "true", "", "computed"}, {}}
	if err != nil || fmt.Sprintf("%q", rows) != fmt.Sprintf("%q", want) {
		t.Errorf("%q %v, want %q", rows, err, want)
	}
}

// I-07: bombs and traps are refused at once, with words.
func TestI07HostileWorkbooks(t *testing.T) {
	t.Parallel()
	row := `<row><c t="inlineStr"><is><t>a@example.org</t></is></c></row>`
	entities := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>`
	good := sheet(t, nil)
	many := map[string]string{}
	for i := range mostEntries {
		many[fmt.Sprintf("xl/media/%d.png", i)] = "x"
	}
	for name, file := range map[string][]byte{
		"a sheet that unpacks to 512 MB":       sheet(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + strings.Repeat(" ", 64<<20) + "</sheetData></worksheet>"}),
		"strings that unpack to 64 MB":         sheet(t, map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat("a", 64<<20) + "</t></si></sst>"}),
		"a document type":                      sheet(t, map[string]string{"xl/worksheets/sheet1.xml": entities + "<worksheet><sheetData>" + row + "</sheetData></worksheet>"}),
		"an entity of a file":                  sheet(t, map[string]string{"xl/sharedStrings.xml": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst><si><t>&e;</t></si></sst>`}),
		"a thousand entries":                   sheet(t, many),
		"a directory that is cut off":          good[:len(good)-30],
		"nothing but the first letters":        []byte("PK\x03\x04"),
		"a sheet that ends in a row":           sheet(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>1"}),
		"no sheet":                             sheet(t, map[string]string{"xl/workbook.xml": "<workbook/>"}),
		"a zip of something else":              sheet(t, map[string]string{"xl/workbook.xml": "<html/>"}),
		"a sheet outside of the file":          sheet(t, map[string]string{"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="http://evil.example/x" TargetMode="External"/></Relationships>`, "xl/worksheets/sheet1.xml": "<"}),
		"rows beyond what a workbook can hold": sheet(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + row + strings.Repeat("<row/>", mostSheetRows) + "</sheetData></worksheet>"}),
	} {
		began := time.Now()
		rows, err := readSheet(file)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
		if strings.Contains(fault.SafeText(err), "passwd") || len(file) > 8<<20 {
			t.Errorf("%s: %s, %d octets", name, fault.SafeText(err), len(file))
		}
		t.Logf("%s: %v", name, time.Since(began).Round(time.Millisecond))
	}
	if rows, err := readSheet(sheet(t, map[string]string{"xl/externalLinks/externalLink1.xml": "<x/>", "xl/vbaProject.bin": "macro", "../../etc/cron.d/x": "slip"})); err != nil || len(rows) != 1 {
		t.Errorf("macros, links and slipping names are never opened: %q %v", rows, err)
	}
}

// The corpus: what each hostile file comes to, in rows taken and why the others were not.
func TestI02Corpus(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t, nil))
	long := strings.Repeat("x", maxRow+10)
	for i, c := range []struct {
		name, file string
		added      int64
		refused    map[Code]int64
		words      string // of the refusal of the whole file
	}{
		{"heading only", "email,name\n", 0, nil, ""},
		{"no heading", "a@h.example.org,A\nb@h.example.org,B\n", 2, nil, ""},
		{"one column", "email\na@h.example.org\n", 1, nil, ""},
		{"only blank rows", "\n\n , \n", 0, nil, "no rows"},
		{"spaces around", "email , name\n  a@h.example.org  ,  A\n", 1, nil, ""},
		{"a name before the address", "email\nAnna Voss <anna@h.example.org>\n", 1, nil, ""},
		{"a mailto link", "email\nmailto:a@h.example.org\n", 1, nil, ""},
		{"an address in quotes", "email\n\"\"\"a b\"\"@h.example.org\"\n", 1, nil, ""},
		{"an apostrophe before a formula", "email,name\na@h.example.org,'=1+1\n", 1, nil, ""},
		{"formulas", "email,name\na@h.example.org,=HYPERLINK(\"http://x\")\n", 1, nil, ""},
		{"a formula as address", "email\n=cmd|' /C calc'!A0\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"two addresses in a cell", "email\na@h.example.org; b@h.example.org\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"no at", "email,n\nexample.org,1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"an address literal", "email,n\na@[127.0.0.1],1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"a single label", "email,n\na@localhost,1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"an invisible character", "email,n\na\u200b@h.example.org,1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"a turned direction", "email,n\n\u202ea@h.example.org,1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"header injection", "email,n\n\"a@h.example.org\r\nBcc: b@h.example.org\",1\n", 0, map[Code]int64{BadAddress: 1}, ""},
		{"a NUL", "email,n\na@h.example.org,\x00\n", 0, map[Code]int64{ControlOctets: 1}, ""},
		{"an escape", "email,n\na@h.example.org,\x1b[31m\n", 0, map[Code]int64{ControlOctets: 1}, ""},
		{"broken UTF-8 among good", "email,name\na@h.example.org,Müller é ü ö ä ß é ü ö ä ä ä ä\nb@h.example.org,\xff\n", 1, map[Code]int64{BadEncoding: 1}, ""},
		{"a row of 1 MB", "email,name\na@h.example.org," + long + "\nb@h.example.org,B\n", 1, map[Code]int64{TooLong: 1}, ""},
		{"a quote never closed", "email,name\na@h.example.org,\"A\nb@h.example.org,B\n", 1, map[Code]int64{OpenQuote: 1}, ""},
		{"more cells", "email,name\na@h.example.org,A,B\n", 0, map[Code]int64{TooManyCells: 1}, ""},
		{"more empty cells", "email,name\na@h.example.org,A,,,\n", 1, nil, ""},
		{"fewer cells", "name,email\nA\nB,b@h.example.org\n", 1, map[Code]int64{NoAddress: 1}, ""},
		{"a thousand columns", "email" + strings.Repeat(",x", 999) + "\n", 0, nil, "more than 500 columns"},
		{"ten thousand columns", "email" + strings.Repeat(";x", 9999) + "\n", 0, nil, "more than 500 columns"},
		{"markup", "email,name\na@h.example.org,<script>alert(1)</script>\n", 1, nil, ""},
		{"a template", "email,name\na@h.example.org,{{.Secret}}\n", 1, nil, ""},
		{"SQL", "email,name\na@h.example.org,'); DROP TABLE contacts;--\n", 1, nil, ""},
		{"a name of 10 kB", "email,name\na@h.example.org," + strings.Repeat("n", 10_000) + "\n", 0, map[Code]int64{BadName: 1}, ""},
		{"emoji", "email,name\na@h.example.org,🍎 Anna 👩‍🌾\n", 1, nil, ""},
		{"a strange language", "email,language\na@h.example.org,klingon or so\n", 0, map[Code]int64{BadLanguage: 1}, ""},
		{"a strange zone", "email,time zone\na@h.example.org,../../etc/passwd\n", 0, map[Code]int64{BadTimeZone: 1}, ""},
		{"a strange kind", "email,kind\na@h.example.org,robot\n", 0, map[Code]int64{BadKind: 1}, ""},
		{"kinds in words", "email,kind\na@h.example.org,Firma\nb@h.example.org,private\n", 2, nil, ""},
		{"CR only", "email,name\ra@h.example.org,A\rb@h.example.org,B\r", 2, nil, ""},
		{"CRLF and blank rows", "email,name\r\n\r\na@h.example.org,A\r\n\r\n", 1, nil, ""},
		{"tabs", "email\tname\na@h.example.org\tA\n", 1, nil, ""},
		{"bars", "email|name\na@h.example.org|A\n", 1, nil, ""},
		{"semicolons with commas inside", "email;name\na@h.example.org;Voss, Anna\n", 1, nil, ""},
		{"a mark and quotes", "\ufeff\"email\",\"name\"\n\"a@h.example.org\",\"A\"\n", 1, nil, ""},
		{"sep= of Excel", "email,name\na@h.example.org,sep=;\n", 1, nil, ""},
		{"the same twice", "email,n\na@h.example.org,1\nA@h.example.org,2\n", 1, map[Code]int64{DuplicateRow: 1}, ""},
		{"dots and tags stay apart", "email\na.b@h.example.org\nab@h.example.org\nab+x@h.example.org\n", 3, nil, ""},
		{"roles", "email\npostmaster@h.example.org\nABUSE@h.example.org\nno-reply+x@h.example.org\n", 0, map[Code]int64{RoleAddress: 3}, ""},
		{"thrown away", "email\na@sub.mailinator.com\n", 0, map[Code]int64{Disposable: 1}, ""},
		{"mistyped", "email\na@hotmial.com\n", 0, map[Code]int64{TypoDomain: 1}, ""},
		{"a gzip", "\x1f\x8b\x08\x00", 0, nil, "a packed file"},
		{"a PDF", "%PDF-1.7", 0, nil, "a PDF"},
		{"a program", "\x7fELF\x02", 0, nil, "a program"},
		{"an .xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, nil, "old Excel"},
		{"nothing", "", 0, nil, "empty"},
		{"white space", " \n\t\n", 0, nil, "empty"},
	} {
		file := strings.ReplaceAll(c.file, "h.example.org", fmt.Sprintf("h%d.example.org", i))
		importID, err := h.imports.Upload(t.Context(), h.scope, c.name, strings.NewReader(file))
		if c.words != "" {
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.SafeText(err), c.words) {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := h.imports.Check(t.Context(), h.scope, importID, h.plan(importID, FillEmpty)); err != nil {
			t.Errorf("%s: %v %+v", c.name, err, fault.FieldsOf(err))
			continue
		}
		h.drain()
		row := h.get(importID)
		if row.State == Failed {
			t.Errorf("%s: failed: %s", c.name, row.Reason)
			continue
		}
		h.start(importID)
		h.drain()
		row = h.get(importID)
		rows := c.added
		for code, n := range c.refused {
			rows += n
			if row.Counts.Reasons[code] != n {
				t.Errorf("%s: %d rows of code %d, want %d: %v", c.name, row.Counts.Reasons[code], code, n, row.Counts.Reasons)
			}
		}
		if row.Counts.Added != c.added || row.Counts.Rows != rows {
			t.Errorf("%s: %+v, want %d added of %d", c.name, row.Counts, c.added, rows)
		}
		if rows > 0 {
			h.addsUp(row, rows)
		}
	}
	if n := h.count("SELECT COUNT(*) FROM imports WHERE state = 'uploading'"); n != 0 {
		t.Errorf("%d uploads are left", n)
	}
}

// I-11: a hundred uploads that break off leave nothing.
func TestI11AbortsLeaveNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t, nil))
	for range 100 {
		if _, err := h.imports.Upload(t.Context(), h.scope, "x", cutShort{strings.NewReader(strings.Repeat("a@example.org\n", chunkSize/10))}); err == nil {
			t.Fatal("an upload that broke off was taken")
		}
	}
	if n := h.count("SELECT (SELECT COUNT(*) FROM imports) + (SELECT COUNT(*) FROM import_chunks)"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
