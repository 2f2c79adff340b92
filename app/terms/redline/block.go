package redline

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// Kind is what a block is.
type Kind string

// The kinds of blocks.
const (
	Heading   Kind = "heading"
	Paragraph Kind = "paragraph"
	Item      Kind = "item"
	Code      Kind = "code"
)

// source is one block of a document, as plain text.
type source struct {
	kind   Kind
	level  int    // of a heading; depth of an item
	marker string // of an item: "•" or "3."
	text   string
}

// key tells blocks that are the same. A list that is counted anew has the same items.
func (s source) key() string { return string(s.kind) + strconv.Itoa(s.level) + s.text }

// Blocks counts the blocks of a document.
func Blocks(markdown string) int { return len(read(markdown)) }

// read turns Markdown into blocks. Raw HTML is left out, as it is on the page.
func read(markdown string) []source {
	r := &reader{text: []byte(markdown)}
	r.children(goldmark.DefaultParser().Parse(text.NewReader(r.text)), 0, "")
	return r.blocks
}

type reader struct {
	text   []byte
	blocks []source
}

func (r *reader) children(parent ast.Node, depth int, marker string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		r.block(n, depth, marker)
		marker = strings.Repeat(" ", len([]rune(marker))) // only an item's first block carries it
	}
}

func (r *reader) block(n ast.Node, depth int, marker string) {
	switch n := n.(type) {
	case *ast.Heading:
		r.add(Heading, n.Level, "", r.inline(n))
	case *ast.Paragraph, *ast.TextBlock:
		if depth > 0 {
			r.add(Item, depth, marker, r.inline(n))
		} else {
			r.add(Paragraph, 0, "", r.inline(n))
		}
	case *ast.List:
		number := n.Start
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			own := "•"
			if n.IsOrdered() {
				own = strconv.Itoa(number) + "."
				number++
			}
			r.children(item, depth+1, own)
		}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		r.add(Code, 0, "", strings.TrimRight(string(n.Lines().Value(r.text)), "\n"))
	case *ast.Blockquote:
		r.children(n, depth, marker)
	}
}

func (r *reader) add(kind Kind, level int, marker, text string) {
	if text = strings.TrimSpace(text); text != "" {
		r.blocks = append(r.blocks, source{kind, level, strings.TrimSpace(marker), text})
	}
}

// inline is the text of a block without its marks; a link shows where it leads.
func (r *reader) inline(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b.Write(c.Segment.Value(r.text))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *ast.AutoLink:
			b.Write(c.URL(r.text))
		case *ast.Link:
			label, target := r.inline(c), string(c.Destination)
			b.WriteString(label)
			if target != "" && target != label {
				b.WriteString(" (" + target + ")")
			}
		case *ast.RawHTML:
		default:
			b.WriteString(r.inline(c))
		}
	}
	return b.String()
}
