// Package plain writes the text part of a mail from its HTML part: what a person reads
// who reads no HTML. Links stand behind their words, lists have their signs, what the
// HTML hides stays hidden.
package plain

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxDepth bounds how deep elements are followed.
const maxDepth = 400

// Options say how to treat what is no HTML.
type Options struct {
	// Keep is a pattern of words that must come out in the order in which they go in,
	// even between rows of a table, where HTML moves text away. Nil for none.
	Keep *regexp.Regexp
	// Address writes the target of a link. Nil for as it is.
	Address func(string) string
}

// Text writes HTML as text.
func Text(source string, o Options) (string, error) {
	root, err := html.Parse(strings.NewReader(o.protect(source)))
	if err != nil {
		return "", fmt.Errorf("plain: %w", err)
	}
	w := &writer{o: o}
	w.children(root, 0)
	return Tidy(w.b.String()), nil
}

// protect makes comments of the kept words that stand as text: those stay in tables.
func (o Options) protect(source string) string {
	if o.Keep == nil {
		return source
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	raw := false
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		text := string(z.Raw())
		switch kind {
		case html.TextToken:
			if !raw {
				text = o.Keep.ReplaceAllString(text, "<!--$0-->")
			}
		case html.StartTagToken:
			name, _ := z.TagName()
			raw = string(name) == "style" || string(name) == "script" || string(name) == "title" || string(name) == "textarea"
		case html.EndTagToken:
			raw = false
		}
		b.WriteString(text)
	}
}

// Tidy takes out empty lines and spaces that nobody sees.
func Tidy(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	empty := 2 // lines before this one; none at the top
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\r\n\u00a0\u200c\u034f")
		if line == "" {
			if empty++; empty > 1 {
				continue
			}
		} else {
			empty = 0
		}
		b.WriteString(line)
		b.WriteByte('\n')
	}
	out := strings.TrimRight(b.String(), "\n")
	if out == "" {
		return ""
	}
	return out + "\n"
}

type list struct {
	numbered bool
	n        int
}

type writer struct {
	o     Options
	b     strings.Builder
	lists []*list
	pre   int
	// space is due before the next word; lines says how many ends of lines are.
	space bool
	lines int
}

func (w *writer) children(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, depth+1)
	}
}

func (w *writer) node(n *html.Node, depth int) {
	switch n.Type {
	case html.TextNode:
		w.text(n.Data)
	case html.CommentNode:
		if w.o.Keep != nil && w.o.Keep.FindString(n.Data) == n.Data {
			w.word(n.Data)
		}
	case html.ElementNode:
		if !hidden(n) {
			w.element(n, depth)
		}
	default:
		w.children(n, depth)
	}
}

// hidden elements are not for readers.
func hidden(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Style, atom.Script, atom.Title, atom.Template, atom.Noscript, atom.Select:
		return true
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(a.Val), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "mso-hide:all") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

func (w *writer) element(n *html.Node, depth int) {
	switch n.DataAtom {
	case atom.Br:
		w.b.WriteByte('\n')
		w.space = false
	case atom.Hr:
		w.end(2)
		w.word("----------")
		w.end(2)
	case atom.Img:
		if alt := strings.TrimSpace(attr(n, "alt")); alt != "" {
			w.text(" [" + alt + "] ")
		}
	case atom.A:
		w.link(n, depth)
	case atom.Ul, atom.Ol:
		w.lists = append(w.lists, &list{numbered: n.DataAtom == atom.Ol})
		w.end(1 + min(1, 2-min(2, len(w.lists))))
		w.children(n, depth)
		w.lists = w.lists[:len(w.lists)-1]
		w.end(2)
	case atom.Li:
		w.end(1)
		w.word(w.sign())
		w.space = true
		w.children(n, depth)
		w.end(1)
	case atom.Pre:
		w.end(2)
		w.pre++
		w.children(n, depth)
		w.pre--
		w.end(2)
	case atom.Td, atom.Th:
		w.children(n, depth)
		w.space = true
		if w.stacked(n) {
			w.end(1)
		}
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Table:
		w.end(2)
		w.children(n, depth)
		w.end(2)
	case atom.Div, atom.Tr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Main, atom.Center, atom.Dl, atom.Dt, atom.Dd, atom.Figure, atom.Address, atom.Form:
		w.end(1)
		w.children(n, depth)
		w.end(1)
	default:
		w.children(n, depth)
	}
}

// stacked tells cells of a layout, that hold blocks, from those of a table of figures.
func (w *writer) stacked(n *html.Node) bool {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Div, atom.P, atom.Table, atom.H1, atom.H2, atom.H3, atom.Ul, atom.Ol:
			return true
		}
	}
	return false
}

// link writes the words of a link and its target, once when they are the same.
func (w *writer) link(n *html.Node, depth int) {
	from := w.b.Len()
	w.children(n, depth)
	target := strings.TrimSpace(attr(n, "href"))
	words := strings.TrimSpace(w.b.String()[min(from, w.b.Len()):])
	switch {
	case target == "" || strings.HasPrefix(target, "#") || target == words || strings.TrimSuffix(target, "/") == strings.TrimSuffix(words, "/"):
		return
	case strings.HasPrefix(target, "mailto:") && strings.TrimPrefix(target, "mailto:") == words, strings.HasPrefix(target, "tel:"):
		return
	}
	if w.o.Address != nil {
		target = w.o.Address(target)
	}
	if words == "" {
		w.word(target)
		return
	}
	w.space = true
	w.word("(" + target + ")")
}

// sign begins an item of a list.
func (w *writer) sign() string {
	if len(w.lists) == 0 {
		return "-"
	}
	indent := strings.Repeat("  ", min(len(w.lists), 10)-1)
	l := w.lists[len(w.lists)-1]
	if !l.numbered {
		return indent + "-"
	}
	l.n++
	return fmt.Sprintf("%s%d.", indent, l.n)
}

// end ends the line, and makes so many ends of lines of it.
func (w *writer) end(lines int) {
	w.lines = max(w.lines, lines)
	w.space = false
}

// text writes what stands between tags.
func (w *writer) text(s string) {
	if w.pre > 0 {
		w.word(s)
		return
	}
	if s == "" {
		return
	}
	if isSpace(rune(s[0])) {
		w.space = true
	}
	for i, word := range strings.FieldsFunc(s, isSpace) {
		if i > 0 {
			w.space = true
		}
		w.word(word)
	}
	if isSpace(rune(s[len(s)-1])) {
		w.space = true
	}
}

func isSpace(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' }

func (w *writer) word(s string) {
	written := w.b.String()
	switch {
	case written == "":
	case w.lines > 0:
		have := len(written) - len(strings.TrimRight(written, "\n"))
		w.b.WriteString(strings.Repeat("\n", max(0, w.lines-have)))
	case w.space && !strings.HasSuffix(written, "\n"):
		w.b.WriteByte(' ')
	}
	w.lines, w.space = 0, false
	w.b.WriteString(s)
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
