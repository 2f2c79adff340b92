package inline

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// ErrTooMuch tells of more elements and rules than are worth the work.
var ErrTooMuch = errors.New("inline: too many elements and style rules")

// mostWork bounds elements × parts of selectors.
const mostWork = 3 << 20

// number is the attribute by which elements of the tree are found in the source. It
// is never in what is given back.
const number = "data-inline-number"

// CSS inlines the style sheets of a document.
func CSS(source string) (string, error) {
	tags, sheets, numbered := cut(source)
	if len(sheets) == 0 {
		return source, nil
	}
	var rules []rule
	kept := map[int]string{} // by the sheet's place in the source
	for _, s := range sheets {
		more, rest := s.rules(len(rules))
		rules = append(rules, more...)
		kept[s.from] = rest
	}
	parts := 0
	for _, r := range rules {
		parts += len(r.selector.parts)
	}
	if parts*len(tags) > mostWork {
		return "", ErrTooMuch
	}
	root, err := html.Parse(strings.NewReader(numbered))
	if err != nil {
		return "", fmt.Errorf("inline: %w", err)
	}
	styled := map[int][]styledBy{}
	empty := make([]uint16, len(rules))
	descend(root, rules, progress{empty, empty}, styled)
	return write(source, tags, sheets, kept, styled), nil
}

// styledBy is a rule that applies to an element.
type styledBy struct{ *rule }

func descend(n *html.Node, rules []rule, parent progress, styled map[int][]styledBy) {
	before, anyBefore := make([]uint16, len(rules)), make([]uint16, len(rules))
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		at := numberOf(c)
		p := advance(rules, c, parent, before, anyBefore)
		for i := range rules {
			if at >= 0 && rules[i].complete(p.here[i]) {
				styled[at] = append(styled[at], styledBy{&rules[i]})
			}
			anyBefore[i] |= p.here[i]
		}
		before = p.here
		descend(c, rules, p, styled)
	}
}

func numberOf(n *html.Node) int {
	for _, a := range n.Attr {
		if a.Key == number {
			if at, err := strconv.Atoi(a.Val); err == nil {
				return at
			}
		}
	}
	return -1
}

// tag is where a start tag stands in the source.
type tag struct {
	from, to int
	name     string
	attrs    []html.Attribute
	closed   bool // />
}

// sheet is where the content of a style element stands.
type sheet struct {
	from, to int // of the content
	text     string
	begin    int // of <style
	end      int // behind </style>
}

// cut finds the start tags and the style sheets, and numbers the tags in a copy.
func cut(source string) (tags []tag, sheets []sheet, numbered string) {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	at, open := 0, -1 // open: the sheet whose content comes next
	for {
		kind := z.Next()
		raw := z.Raw()
		from, to := at, at+len(raw)
		at = to
		switch kind {
		case html.ErrorToken:
			b.WriteString(source[min(from, len(source)):])
			return tags, sheets, b.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			// Token keeps the name and the attributes; raw is only good until then.
			raw = bytes.Clone(raw)
			t := z.Token()
			k := tag{from: from, to: to, name: t.Data, attrs: t.Attr, closed: kind == html.SelfClosingTagToken}
			name := nameEnd(raw) // t.Data has another length where octets were replaced
			b.Write(raw[:name])
			b.WriteString(" " + number + `="` + strconv.Itoa(len(tags)) + `" `)
			b.Write(raw[name:])
			if t.DataAtom == atom.Style && kind == html.StartTagToken && forScreens(t.Attr) {
				open = len(sheets)
				sheets = append(sheets, sheet{begin: from, from: to, to: to, end: to})
			}
			tags = append(tags, k)
			continue
		case html.TextToken:
			if open >= 0 {
				sheets[open].text, sheets[open].to = source[from:to], to
			}
		case html.EndTagToken:
			if open >= 0 {
				sheets[open].end, open = to, -1
			}
		}
		b.Write(raw)
	}
}

// nameEnd is where the name of a start tag ends in its source (HTML, 13.2.5.8).
func nameEnd(raw []byte) int {
	if i := bytes.IndexAny(raw, " \t\n\f\r/>"); i >= 0 {
		return i
	}
	return len(raw)
}

func forScreens(attrs []html.Attribute) bool {
	for _, a := range attrs {
		if a.Key == "media" {
			v := strings.ToLower(strings.TrimSpace(a.Val))
			return v == "" || v == "all" || v == "screen"
		}
	}
	return true
}

// rules reads a sheet; rest is what stays in it.
func (s sheet) rules(order int) (out []rule, rest string) {
	var kept []string
	for _, it := range items(s.text) {
		if it.at {
			kept = append(kept, it.verbatim)
			continue
		}
		taken, left := selectors(it.prelude)
		if len(left) > 0 {
			kept = append(kept, strings.Join(left, ", ")+" {"+it.block+"}")
		}
		d := declarations(it.block)
		for _, sel := range taken {
			if len(d) > 0 {
				out = append(out, rule{sel, d, order + len(out)})
			}
		}
	}
	return out, strings.Join(kept, "\n")
}

// write puts the document together again.
func write(source string, tags []tag, sheets []sheet, kept map[int]string, styled map[int][]styledBy) string {
	var b strings.Builder
	b.Grow(len(source) * 2)
	at := 0
	upTo := func(to int) {
		if to > at {
			b.WriteString(source[at:to])
			at = to
		}
	}
	for i, t := range tags {
		if len(sheets) > 0 && t.from >= sheets[0].begin {
			s := sheets[0]
			sheets = sheets[1:]
			if rest := kept[s.from]; rest == "" {
				upTo(s.begin)
			} else {
				upTo(s.from)
				b.WriteString("\n" + rest + "\n")
				at = s.to
				upTo(s.end)
			}
			at = s.end
			continue
		}
		if by := styled[i]; len(by) > 0 {
			upTo(t.from)
			b.WriteString(t.with(by))
			at = t.to
		}
	}
	upTo(len(source))
	return b.String()
}

// ranked is a declaration with its rank in the cascade.
type ranked struct {
	declaration
	own         bool
	specificity [3]int
	order       int
}

// with writes the tag with what its rules say.
func (t tag) with(by []styledBy) string {
	var all []ranked
	for _, r := range by {
		for _, d := range r.declarations {
			all = append(all, ranked{declaration: d, specificity: r.selector.specificity, order: r.order})
		}
	}
	for i, a := range t.attrs {
		if a.Key == "style" {
			for _, d := range declarations(a.Val) {
				all = append(all, ranked{declaration: d, own: true})
			}
			t.attrs = slices.Delete(slices.Clone(t.attrs), i, i+1)
			break
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(bools(a.important, b.important), bools(a.own, b.own), slices.Compare(a.specificity[:], b.specificity[:]), cmp.Compare(a.order, b.order))
	})
	last := map[string]int{}
	for i, d := range all {
		last[d.property] = i
	}
	var style []string
	for i, d := range all {
		if last[d.property] == i {
			style = append(style, d.property+": "+d.value)
			t.size(d.declaration)
		}
	}
	var b strings.Builder
	b.WriteString("<" + t.name)
	for _, a := range t.attrs {
		b.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
	}
	b.WriteString(` style="` + html.EscapeString(strings.Join(style, "; ")) + `"`)
	if t.closed {
		b.WriteString(" /")
	}
	b.WriteString(">")
	return b.String()
}

func bools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// size gives tables and images the attribute by which older programs measure them.
func (t *tag) size(d declaration) {
	if d.property != "width" && !(d.property == "height" && t.name == "img") {
		return
	}
	switch t.name {
	case "table", "td", "th", "img":
	default:
		return
	}
	value := strings.TrimSuffix(d.value, " !important")
	if px, ok := strings.CutSuffix(value, "px"); ok {
		value = px
	} else if !strings.HasSuffix(value, "%") {
		return
	}
	if _, err := strconv.Atoi(strings.TrimSuffix(value, "%")); err != nil {
		return
	}
	for _, a := range t.attrs {
		if a.Key == d.property {
			return
		}
	}
	t.attrs = append(slices.Clone(t.attrs), html.Attribute{Key: d.property, Val: value})
}
