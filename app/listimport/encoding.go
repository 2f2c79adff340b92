package listimport

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is a way in which files write characters.
type Encoding struct {
	Name, Label string
	decode      encoding.Encoding // nil: it is UTF-8
}

// Encodings are those a person can choose from.
var Encodings = []Encoding{
	{"utf-8", "Unicode (UTF-8)", nil},
	{"utf-16le", "Unicode (UTF-16, little end first)", utf.UTF16(utf.LittleEndian, utf.IgnoreBOM)},
	{"utf-16be", "Unicode (UTF-16, big end first)", utf.UTF16(utf.BigEndian, utf.IgnoreBOM)},
	{"windows-1252", "Western European (Windows-1252)", charmap.Windows1252},
	{"iso-8859-15", "Western European (ISO-8859-15)", charmap.ISO8859_15},
	{"macintosh", "Western European (Mac)", charmap.Macintosh},
	{"windows-1250", "Central European (Windows-1250)", charmap.Windows1250},
	{"iso-8859-2", "Central European (ISO-8859-2)", charmap.ISO8859_2},
	{"windows-1251", "Cyrillic (Windows-1251)", charmap.Windows1251},
	{"koi8-r", "Cyrillic (KOI8-R)", charmap.KOI8R},
	{"windows-1253", "Greek (Windows-1253)", charmap.Windows1253},
	{"windows-1254", "Turkish (Windows-1254)", charmap.Windows1254},
	{"shift_jis", "Japanese (Shift-JIS)", japanese.ShiftJIS},
	{"euc-jp", "Japanese (EUC-JP)", japanese.EUCJP},
	{"gb18030", "Chinese, simplified (GB18030)", simplifiedchinese.GB18030},
	{"big5", "Chinese, traditional (Big5)", traditionalchinese.Big5},
	{"euc-kr", "Korean (EUC-KR)", korean.EUCKR},
}

// encodingOf returns the encoding of a name.
func encodingOf(name string) (Encoding, bool) {
	for _, e := range Encodings {
		if e.Name == name {
			return e, true
		}
	}
	return Encoding{}, false
}

// decoder reads text in UTF-8 without a byte order mark.
func (e Encoding) decoder(in io.Reader) io.Reader {
	if e.decode != nil {
		in = transform.NewReader(in, e.decode.NewDecoder())
	}
	return &withoutMark{in: in}
}

// withoutMark drops a byte order mark, which would stick to the first column's name.
type withoutMark struct {
	in   io.Reader
	past bool
	held []byte
}

var mark = []byte("\uFEFF")

func (w *withoutMark) Read(p []byte) (int, error) {
	if !w.past {
		w.past = true
		head := make([]byte, len(mark))
		n, err := io.ReadFull(w.in, head)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return 0, err
		}
		if !bytes.Equal(head, mark) {
			w.held = head[:n]
		}
	}
	if len(w.held) > 0 {
		n := copy(p, w.held)
		w.held = w.held[n:]
		return n, nil
	}
	return w.in.Read(p)
}

// detectEncoding guesses from the beginning of a file. Whoever knows better says so: the
// preview shows what the guess makes of the first rows.
func detectEncoding(head []byte, all bool) string {
	switch {
	case bytes.HasPrefix(head, mark):
		return "utf-8"
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return "utf-16le"
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return "utf-16be"
	}
	if name := wideEncoding(head); name != "" {
		return name
	}
	if !all && len(head) > utf8.UTFMax {
		head = head[:len(head)-utf8.UTFMax] // it may end inside of a character
		for len(head) > 0 && !utf8.RuneStart(head[len(head)-1]) {
			head = head[:len(head)-1]
		}
		head = head[:max(0, len(head)-1)]
	}
	if utf8.Valid(head) {
		return "utf-8"
	}
	if mostlyUTF8(head) {
		return "utf-8" // a few broken rows do not make it another encoding
	}
	return eightBit(head)
}

// wideEncoding tells UTF-16 without a mark by where its zeros stand.
func wideEncoding(head []byte) string {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch half := len(head) / 2; {
	case half == 0:
		return ""
	case zeros[1] > half/3 && zeros[0] < zeros[1]/4:
		return "utf-16le"
	case zeros[0] > half/3 && zeros[1] < zeros[0]/4:
		return "utf-16be"
	}
	return ""
}

func mostlyUTF8(head []byte) bool {
	good, bad := 0, 0
	for len(head) > 0 {
		r, size := utf8.DecodeRune(head)
		switch {
		case r == utf8.RuneError && size <= 1:
			bad++
		case r >= utf8.RuneSelf:
			good++
		}
		head = head[size:]
	}
	return good > 10*bad
}

// eightBit asks the detector, which knows the scripts of Asia and Cyrillic apart, and
// weighs the Latin ones itself, which the detector takes for Turkish.
func eightBit(head []byte) string {
	guess := chardet.Detect(head)
	scripts := map[string]string{
		"shift_jis": "shift_jis", "cp932": "shift_jis", "euc-jp": "euc-jp", "gb18030": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5",
		"euc-kr": "euc-kr", "cp949": "euc-kr", "windows-1251": "windows-1251", "cp1251": "windows-1251", "koi8-r": "koi8-r", "windows-1253": "windows-1253",
	}
	if name, ok := scripts[strings.ToLower(guess.Encoding)]; ok && guess.Confidence > 0.6 {
		return name
	}
	best, most := "windows-1252", -1<<31
	for _, name := range []string{"windows-1252", "windows-1250", "macintosh"} {
		if points := plausible(head, name); points > most {
			best, most = name, points
		}
	}
	return best
}

// plausible weighs what an encoding makes of the octets: letters inside of words speak for
// it, signs inside of words against it; and letters that are rare in its languages little.
func plausible(head []byte, name string) (points int) {
	e, _ := encodingOf(name)
	text, err := e.decode.NewDecoder().Bytes(head)
	if err != nil {
		return -1 << 30
	}
	const common = "äöüÄÖÜßéèêëàâçîïôùûáíóúñÉÀÇÑåæøÅÆØãõ"
	const central = "ąćęłńśźżĄĆĘŁŃŚŹŻčďěňřšťůžČĎĚŇŘŠŤŮŽőűŐŰ"
	before := ' '
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf:
		case bytes.ContainsRune([]byte(common), r):
			points += 3
		case bytes.ContainsRune([]byte(central), r):
			points += 2
		case r == utf8.RuneError, unicode.IsControl(r):
			points -= 10
		case unicode.IsLetter(before) && !unicode.IsLetter(r) && r != '’':
			points -= 4
		case unicode.IsLetter(r):
			points--
		}
		before = r
	}
	return points
}
