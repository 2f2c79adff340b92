package liquid

import "strings"

// tags reads each tag; those that begin a block read to its end.
var tags map[string]func(p *parser, r *reader, t token) (node, *Error)

func init() { // their readers read blocks, which look up tags
	tags = map[string]func(p *parser, r *reader, t token) (node, *Error){
		"if":       readIf,
		"unless":   readIf,
		"case":     readCase,
		"for":      readFor,
		"assign":   readAssign,
		"capture":  readCapture,
		"comment":  readComment,
		"raw":      readRaw,
		"break":    readLeave,
		"continue": readLeave,
		"cycle":    readCycle,
	}
}

func readIf(p *parser, r *reader, t token) (node, *Error) {
	n := &choose{line: t.line}
	unless := strings.HasPrefix(t.inner, "unless")
	for {
		cond, err := r.condition()
		if err == nil {
			err = r.end()
		}
		if err != nil {
			return nil, err
		}
		if unless {
			cond, unless = negation{cond}, false
		}
		body, end, err := p.guarded(r.names)
		if err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch{cond, body})
		name, rest, _ := strings.Cut(end.inner, " ")
		switch name {
		case "elsif":
			if r, err = p.read(rest); err != nil {
				return nil, err
			}
			continue
		case "else":
			if body, end, err = p.block(); err != nil {
				return nil, err
			}
			n.otherwise = body
		}
		if end.inner != "end"+kindOf(t) {
			return nil, unclosed(t, end)
		}
		return n, nil
	}
}

// guarded reads a block that is shown when a condition on these names holds.
func (p *parser) guarded(names []string) ([]node, token, *Error) {
	for _, name := range names {
		p.guards[name]++
		defer func() { p.guards[name]-- }()
	}
	return p.block()
}

func kindOf(t token) string {
	name, _, _ := strings.Cut(t.inner, " ")
	return name
}

func readCase(p *parser, r *reader, t token) (node, *Error) {
	of, err := r.filtered()
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, err
	}
	between, end, err := p.block()
	if err != nil {
		return nil, err
	}
	for _, n := range between {
		if w, ok := n.(*wording); !ok || strings.TrimSpace(w.s) != "" {
			return nil, errorf(t.line, "Between {%% case %%} and the first {%% when %%} nothing can stand.")
		}
	}
	n := &choose{line: t.line}
	for kindOf(end) == "when" {
		cond, err := p.when(of, end)
		if err != nil {
			return nil, err
		}
		var body []node
		if body, end, err = p.block(); err != nil {
			return nil, err
		}
		n.branches = append(n.branches, branch{cond, body})
	}
	if end.inner == "else" {
		if n.otherwise, end, err = p.block(); err != nil {
			return nil, err
		}
	}
	if end.inner != "endcase" {
		return nil, unclosed(t, end)
	}
	return n, nil
}

// when reads the values of one {% when %}: any of them will do.
func (p *parser) when(of expression, t token) (expression, *Error) {
	_, rest, _ := strings.Cut(t.inner, " ")
	r, err := p.read(rest)
	if err != nil {
		return nil, err
	}
	var cond expression
	for {
		v, err := r.primary()
		if err != nil {
			return nil, err
		}
		same := compare{"==", of, v}
		if cond == nil {
			cond = same
		} else {
			cond = logic{false, cond, same}
		}
		if !r.sign(",") && !r.word("or") {
			return cond, r.end()
		}
	}
}

func readFor(p *parser, r *reader, t token) (node, *Error) {
	name := r.take()
	if name.kind != nameItem || !r.word("in") {
		return nil, errorf(0, "A loop is written {%% for word in list %%}.")
	}
	n := &each{name: name.text, line: t.line}
	var err *Error
	if n.of, err = r.filtered(); err != nil {
		return nil, err
	}
	for err == nil && r.peek().kind != endItem {
		switch {
		case r.word("reversed"):
			n.reversed = true
		case r.word("limit"):
			n.limit, err = r.parameter()
		case r.word("offset"):
			n.offset, err = r.parameter()
		default:
			err = r.end()
		}
	}
	if err != nil {
		return nil, err
	}
	p.locals[n.name]++
	p.locals["forloop"]++
	p.loops++
	body, end, err := p.block()
	p.loops--
	p.locals["forloop"]--
	p.locals[n.name]--
	if err != nil {
		return nil, err
	}
	n.body = body
	if end.inner == "else" {
		if n.otherwise, end, err = p.block(); err != nil {
			return nil, err
		}
	}
	if end.inner != "endfor" {
		return nil, unclosed(t, end)
	}
	return n, nil
}

// parameter reads “: value” of limit and offset.
func (r *reader) parameter() (expression, *Error) {
	if !r.sign(":") {
		return nil, errorf(0, "After limit and offset stands a number: limit: 5.")
	}
	return r.primary()
}

func readAssign(p *parser, r *reader, _ token) (node, *Error) {
	name := r.take()
	if name.kind != nameItem || !r.sign("=") {
		return nil, errorf(0, "A name is given so: {%% assign word = value %%}.")
	}
	of, err := r.condition()
	if err == nil {
		err = r.end()
	}
	p.locals[name.text]++
	return &assign{name: name.text, of: of}, err
}

func readCapture(p *parser, r *reader, t token) (node, *Error) {
	name := r.take()
	if name.kind != nameItem || r.end() != nil {
		return nil, errorf(0, "A text is named so: {%% capture word %%} … {%% endcapture %%}.")
	}
	body, end, err := p.block()
	if err != nil {
		return nil, err
	}
	if end.inner != "endcapture" {
		return nil, unclosed(t, end)
	}
	p.locals[name.text]++
	return &capture{name: name.text, body: body, line: t.line}, nil
}

// readComment skips to the end of the comment, whatever stands in it.
func readComment(p *parser, _ *reader, t token) (node, *Error) {
	for p.at < len(p.tokens) {
		end := p.tokens[p.at]
		p.at++
		if end.kind == tagToken && end.inner == "endcomment" {
			p.trim = end.trimRight
			return &nothing{line: t.line}, nil
		}
	}
	return nil, unclosed(t, token{})
}

// readRaw takes the text that scan cut out.
func readRaw(p *parser, r *reader, t token) (node, *Error) {
	if t.inner != "raw" {
		return nil, r.end()
	}
	text := p.tokens[p.at]
	p.trim = p.tokens[p.at+1].trimRight
	p.at += 2
	return &wording{s: text.source, line: t.line}, nil
}

func readLeave(p *parser, r *reader, t token) (node, *Error) {
	if p.loops == 0 {
		return nil, errorf(0, "{%% %s %%} stands outside of a loop.", t.inner)
	}
	return &leave{again: t.inner == "continue", line: t.line}, r.end()
}

func readCycle(p *parser, r *reader, t token) (node, *Error) {
	if p.loops == 0 {
		return nil, errorf(0, "{%% cycle %%} stands outside of a loop.")
	}
	n := &cycle{show: show{line: t.line, source: t.source}}
	for {
		v, err := r.primary()
		if err != nil {
			return nil, err
		}
		n.values = append(n.values, v)
		if !r.sign(",") {
			n.of = n
			return n, r.end()
		}
	}
}
