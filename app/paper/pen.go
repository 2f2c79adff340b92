package paper

import (
	"embed"
	"fmt"
	"strings"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
)

//go:embed fonts/*.ttf
var fonts embed.FS

// The fonts by the names that the library knows them by.
const (
	plain = ""
	bold  = "B"
	code  = "mono"
)

var files = []struct{ family, style, file string }{
	{"sans", "", "DejaVuSans.ttf"}, {"sans", "B", "DejaVuSans-Bold.ttf"}, {"mono", "", "DejaVuSansMono.ttf"},
}

type colour struct{ r, g, b int }

var (
	ink   = colour{19, 32, 28}
	muted = colour{92, 107, 102}
	line  = colour{214, 221, 218}
)

// Lengths in millimetres on A4.
const (
	margin     = 18.0
	width      = 210 - 2*margin
	bottom     = 297 - 22.0
	pad        = 1.2 // above and below a row
	gap        = 2.4 // between columns
	pageNumber = 18.0
	cellSize   = 8.5
)

// pages stands for how many there are: each page is written before that is known. Its first
// sign is of private use, so that no text that was cleaned has it.
const pages = "\ue000pages"

// pen writes from the top of the first page to the end of the last.
type pen struct{ pdf *fpdf.Fpdf }

func newPen(title string, at time.Time) (*pen, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(at.UTC())
	pdf.SetModificationDate(at.UTC())
	pdf.SetTitle(clean(title), true)
	pdf.SetLang("en")
	pdf.SetMargins(margin, margin, margin)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetCellMargin(0)
	for _, f := range files {
		data, err := fonts.ReadFile("fonts/" + f.file)
		if err != nil {
			return nil, fmt.Errorf("paper: %w", err)
		}
		pdf.AddUTF8FontFromBytes(f.family, f.style, data)
	}
	pdf.AliasNbPages(pages)
	n := &pen{pdf}
	pdf.SetFooterFunc(func() {
		pdf.SetXY(margin, bottom+6)
		n.use(plain, 7.5, muted)
		pdf.CellFormat(width-pageNumber, 4, n.wrap(clean(title), width/2)[0], "", 0, "L", false, 0, "")
		pdf.CellFormat(pageNumber, 4, fmt.Sprintf("page %d of %s", pdf.PageNo(), pages), "", 0, "L", false, 0, "")
	})
	pdf.AddPage()
	return n, pdf.Error()
}

func (n *pen) use(font string, size float64, c colour) {
	if font == code {
		n.pdf.SetFont("mono", "", size*0.94)
	} else {
		n.pdf.SetFont("sans", font, size)
	}
	n.pdf.SetTextColor(c.r, c.g, c.b)
}

// need begins a new page when less than so much room is left; it reports whether it did.
func (n *pen) need(height float64) bool {
	if n.pdf.GetY()+height <= bottom {
		return false
	}
	n.pdf.AddPage()
	return true
}

func (n *pen) space(height float64) { n.pdf.SetY(n.pdf.GetY() + height) }

// high is the height of a line of a size in points.
func high(size float64) float64 { return size * 0.3528 * 1.42 }

func (n *pen) text(font string, size float64, c colour, text string) {
	n.use(font, size, c)
	for _, part := range n.wrap(text, width) {
		if n.need(high(size)) {
			n.use(font, size, c) // the foot of the page was written in between
		}
		n.pdf.SetX(margin)
		n.pdf.CellFormat(width, high(size), part, "", 1, "L", false, 0, "")
	}
}

func (n *pen) head(columns []Column) {
	heads := make([]string, len(columns))
	own := make([]Column, len(columns))
	for i, c := range columns {
		heads[i], own[i] = c.Head, Column{Share: c.Share, Right: c.Right, muted: true}
	}
	n.need(20)
	n.row(own, heads, true)
}

// row writes cells beside each other. One that does not fit begins the next page.
func (n *pen) row(columns []Column, cells []string, ruled bool) {
	total, most := 0.0, 1
	for _, c := range columns {
		total += c.Share
	}
	parts := make([][]string, len(columns))
	for i, c := range columns {
		n.cell(c)
		parts[i] = n.wrap(cells[i], c.Share/total*width-gap)
		most = max(most, len(parts[i]))
	}
	tall := float64(most)*high(cellSize) + 2*pad
	if n.need(tall) && ruled && columns[0].Head != "" {
		n.head(columns)
	}
	x, y := margin, n.pdf.GetY()
	for i, c := range columns {
		own := c.Share / total * width
		if i == len(columns)-1 {
			own += gap // nothing stands behind it
		}
		n.cell(c)
		align := "L"
		if c.Right {
			align = "R"
		}
		for j, part := range parts[i] {
			n.pdf.SetXY(x, y+pad+float64(j)*high(cellSize))
			n.pdf.CellFormat(own-gap, high(cellSize), part, "", 0, align, false, 0, "")
		}
		x += own
	}
	if ruled {
		n.pdf.SetDrawColor(line.r, line.g, line.b)
		n.pdf.SetLineWidth(0.2)
		n.pdf.Line(margin, y+tall, margin+width, y+tall)
	}
	n.pdf.SetXY(margin, y+tall)
}

func (n *pen) cell(c Column) {
	font, col := plain, ink
	if c.Code {
		font = code
	}
	if c.muted {
		col = muted
	}
	n.use(font, cellSize, col)
}

// wrap breaks a text at spaces, and words that are too long where they must. It gives
// one line at least.
func (n *pen) wrap(text string, within float64) (lines []string) {
	for paragraph := range strings.SplitSeq(clean(text), "\n") {
		now := ""
		for _, word := range strings.Fields(paragraph) {
			if next := strings.TrimLeft(now+" "+word, " "); n.pdf.GetStringWidth(next) <= within {
				now = next
				continue
			}
			if now != "" {
				lines = append(lines, now)
			}
			now = ""
			for _, r := range word {
				if now != "" && n.pdf.GetStringWidth(now+string(r)) > within {
					lines, now = append(lines, now), ""
				}
				now += string(r)
			}
		}
		lines = append(lines, now)
	}
	return lines
}

// clean makes a text printable: the library panics at octets that are no UTF-8 and at
// signs beyond the first plane, and what is not graphic could disturb the page.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1 // joins, directions: nothing that could be seen
		case r >= 0xFFFE || !unicode.IsGraphic(r):
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}
