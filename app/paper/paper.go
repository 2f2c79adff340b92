package paper

import (
	"bytes"
	"fmt"
	"time"
)

// Paper is a document in the making: what is added stands below what was added before.
type Paper struct {
	title  string
	at     time.Time
	blocks []func(*pen)
}

// New returns an empty paper. The title stands at its head and at the foot of each page;
// the moment is the one that the file says it was made.
func New(title string, at time.Time) *Paper {
	p := &Paper{title: title, at: at}
	p.add(func(n *pen) { n.text(bold, 18, ink, title); n.space(2) })
	return p
}

// Heading begins a section.
func (p *Paper) Heading(text string) {
	p.add(func(n *pen) {
		n.space(5)
		n.need(24) // not alone at the end of a page
		n.text(bold, 12, ink, text)
		n.space(1.5)
	})
}

// Text is a paragraph.
func (p *Paper) Text(text string) {
	p.add(func(n *pen) { n.text(plain, 9.5, ink, text); n.space(1.5) })
}

// Note is a paragraph in small print.
func (p *Paper) Note(text string) {
	p.add(func(n *pen) { n.text(plain, 8, muted, text); n.space(1.5) })
}

// Fact is a label with its value. Code is a value that people compare sign by sign.
type Fact struct {
	Label, Value string
	Code         bool
}

// Facts are lines of labels and values.
func (p *Paper) Facts(facts ...Fact) {
	p.add(func(n *pen) {
		for _, f := range facts {
			n.row([]Column{{Share: 28, muted: true}, {Share: 72, Code: f.Code}}, []string{f.Label, f.Value}, false)
		}
		n.space(1.5)
	})
}

// Column is a column of a table; the shares of all say how wide it is.
type Column struct {
	Head  string
	Share float64
	Code  bool
	Right bool // for amounts
	muted bool
}

// Table are rows of cells under the columns' heads, which every page repeats.
func (p *Paper) Table(columns []Column, rows [][]string) {
	p.add(func(n *pen) {
		n.head(columns)
		for _, cells := range rows {
			n.row(columns, cells, true)
		}
		n.space(2)
	})
}

func (p *Paper) add(block func(*pen)) { p.blocks = append(p.blocks, block) }

// Bytes prints the paper.
func (p *Paper) Bytes() ([]byte, error) {
	n, err := newPen(p.title, p.at)
	if err != nil {
		return nil, err
	}
	for _, block := range p.blocks {
		block(n)
	}
	var b bytes.Buffer
	if err := n.pdf.Output(&b); err != nil { // with what was wrong before
		return nil, fmt.Errorf("paper: %w", err)
	}
	return b.Bytes(), nil
}
