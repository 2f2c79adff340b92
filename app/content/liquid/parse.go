package liquid

import (
	"slices"
	"strings"
)

// Mode is what a template is written for.
type Mode int

// The modes.
const (
	Plain  Mode = iota // values stand as they are
	Line               // one line: no breaks, no control characters
	Markup             // HTML: each value is escaped for where it stands
)

// The bounds of a template.
const (
	maxDepth  = 8     // of blocks in blocks
	maxNodes  = 20000 // pieces
	maxItems  = 200   // names, signs and words in one pair of braces
	maxRounds = 100   // of one loop
)

// Template is a parsed template. It may be rendered by many at once.
type Template struct {
	source string
	nodes  []node
	fields []string
	needs  []string
	links  []string
}

// Source is what the template was parsed from.
func (t *Template) Source() string { return t.source }

// Fields is the names that the template asks its data for, sorted.
func (t *Template) Fields() []string { return t.fields }

// Needs is those of Fields that are shown without an alternative: neither with a
// default nor only where they have a value. Sorted.
func (t *Template) Needs() []string { return t.needs }

// Links is where the links of a Markup template go, in their order: the source
// of an address whose parts are fields.
func (t *Template) Links() []string { return t.links }

// parser builds the nodes of a template from its tokens.
type parser struct {
	tokens []token
	at     int
	known  func(string) bool
	fields map[string]bool
	needs  map[string]int // how often they are shown without an alternative
	guards map[string]int // conditions around this that ask for them
	locals map[string]int // names that the template itself gives, by how many blocks
	nodes  int
	depth  int
	loops  int
	line   int
	trim   bool // the last braces asked for the text after them to be trimmed
}

// Parse reads a template. known says which names the data has a value for. Its
// errors are of type *Error.
func Parse(source string, mode Mode, known func(string) bool) (*Template, error) {
	tokens, err := scan(source)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, known: known, fields: map[string]bool{}, needs: map[string]int{}, guards: map[string]int{}, locals: map[string]int{}}
	nodes, end, perr := p.block()
	if perr == nil && end.inner != "" {
		perr = errorf(end.line, "{%% %s %%} closes nothing.", end.inner)
	}
	if perr != nil {
		return nil, perr
	}
	t := &Template{source: source, nodes: nodes}
	if mode == Markup {
		m := &marker{}
		if err := m.markAll(nodes); err != nil {
			return nil, err
		}
		if err := m.end(); err != nil {
			return nil, err
		}
		t.links = m.links
	} else {
		plainly(nodes, mode)
	}
	for name := range p.fields {
		t.fields = append(t.fields, name)
	}
	for name, n := range p.needs {
		if n > 0 {
			t.needs = append(t.needs, name)
		}
	}
	slices.Sort(t.fields)
	slices.Sort(t.needs)
	return t, nil
}

// block reads nodes up to a tag that closes or divides the block around it, which
// it returns; at the end of the template that is the zero token.
func (p *parser) block() ([]node, token, *Error) {
	if p.depth++; p.depth > maxDepth {
		return nil, token{}, errorf(p.line, "Blocks stand in blocks more than %d deep.", maxDepth-1)
	}
	defer func() { p.depth-- }()
	var nodes []node
	for p.at < len(p.tokens) {
		t := p.tokens[p.at]
		p.at++
		p.line = t.line
		if p.nodes++; p.nodes > maxNodes {
			return nil, t, errorf(t.line, "This has more than %d fields and tags.", maxNodes)
		}
		if t.kind == textToken {
			if n := p.text(t); n != nil {
				nodes = append(nodes, n)
			}
			continue
		}
		p.trim = t.trimRight
		n, closes, err := p.braces(t)
		if err != nil {
			if err.Line == 0 {
				err.Line = p.line
			}
			return nil, t, err
		}
		if closes {
			return nodes, t, nil
		}
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, token{}, nil
}

func (p *parser) text(t token) node {
	s := t.source
	if p.trim {
		s = strings.TrimLeft(s, " \t\r\n")
		p.trim = false
	}
	if p.at < len(p.tokens) && p.tokens[p.at].trimLeft {
		s = strings.TrimRight(s, " \t\r\n")
	}
	if s == "" {
		return nil
	}
	return &wording{s: s, line: t.line}
}

func (p *parser) braces(t token) (n node, closes bool, err *Error) {
	if t.kind == fieldToken {
		r, err := p.read(t.inner)
		if err != nil {
			return nil, false, err
		}
		r.shows = true
		e, err := r.condition()
		if err == nil {
			err = r.end()
		}
		return &show{of: e, line: t.line, source: t.source}, false, err
	}
	name, rest, _ := strings.Cut(strings.ReplaceAll(t.inner, "\n", " "), " ")
	if slices.Contains(closers, name) {
		return nil, true, nil
	}
	read, ok := tags[name]
	if !ok {
		return nil, false, unknownTag(name)
	}
	r, err := p.read(rest)
	if err != nil {
		return nil, false, err
	}
	n, err = read(p, r, t)
	return n, false, err
}

func (p *parser) read(inner string) (*reader, *Error) {
	items, err := lex(inner)
	return &reader{p: p, items: items}, err
}

// closers are the tags that end or divide a block.
var closers = []string{"endif", "endunless", "endcase", "endfor", "endcapture", "endcomment", "else", "elsif", "when", ""}

func unknownTag(name string) *Error {
	switch name {
	case "include", "render", "layout", "section", "extends", "block":
		return errorf(0, "{%% %s %%} is not allowed: a content stands alone.", name)
	case "endraw":
		return errorf(0, "{%% endraw %%} closes nothing.")
	}
	return errorf(0, "There is no tag “%s”.", name)
}

// unclosed tells of a block whose end is missing or another's.
func unclosed(t, end token) *Error {
	name, _, _ := strings.Cut(t.inner, " ")
	if end.inner == "" {
		return errorf(t.line, "{%% %s %%} is never closed: {%% end%s %%} is missing.", name, name)
	}
	return errorf(end.line, "{%% %s %%} stands where {%% end%s %%} of line %d is missing.", end.inner, name, t.line)
}
