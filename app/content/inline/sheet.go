package inline

import (
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// declaration is one property with its value.
type declaration struct {
	property  string
	value     string // with !important
	important bool
}

// rule is one selector with its declarations.
type rule struct {
	selector     selector
	declarations []declaration
	order        int
}

// item is a piece of a style sheet at its top: a rule, or something with an @.
type item struct {
	prelude, block string // block is without its braces
	at             bool
	verbatim       string
}

// items cuts a style sheet at its top level.
func items(sheet string) []item {
	var out []item
	var prelude, block, verbatim strings.Builder
	depth, inBlock := 0, false
	flush := func() {
		head := strings.TrimSpace(prelude.String())
		if head != "" || inBlock {
			out = append(out, item{prelude: head, block: block.String(), at: strings.HasPrefix(head, "@"), verbatim: strings.TrimSpace(verbatim.String())})
		}
		prelude.Reset()
		block.Reset()
		verbatim.Reset()
		inBlock = false
	}
	l := css.NewLexer(parse.NewInputString(sheet))
	for {
		kind, data := l.Next()
		if kind == css.ErrorToken {
			break
		}
		if kind == css.CommentToken || kind == css.CDOToken || kind == css.CDCToken {
			continue
		}
		verbatim.Write(data)
		switch {
		case kind == css.LeftBraceToken:
			if depth++; depth == 1 {
				inBlock = true
				continue
			}
		case kind == css.RightBraceToken && depth > 0:
			if depth--; depth == 0 {
				flush()
				continue
			}
		case kind == css.SemicolonToken && depth == 0:
			flush()
			continue
		}
		if inBlock {
			block.Write(data)
		} else {
			prelude.Write(data)
		}
	}
	flush()
	return out
}

// declarations cuts what stands in a block or in a style attribute.
func declarations(block string) []declaration {
	var out []declaration
	var name, value strings.Builder
	inValue, depth := false, 0
	flush := func() {
		if d, ok := declared(name.String(), value.String()); ok && inValue {
			out = append(out, d)
		}
		name.Reset()
		value.Reset()
		inValue, depth = false, 0
	}
	l := css.NewLexer(parse.NewInputString(block))
	for {
		kind, data := l.Next()
		if kind == css.ErrorToken {
			break
		}
		switch kind {
		case css.CommentToken:
			continue
		case css.FunctionToken, css.LeftParenthesisToken, css.LeftBracketToken, css.LeftBraceToken:
			depth++
		case css.RightParenthesisToken, css.RightBracketToken, css.RightBraceToken:
			depth = max(0, depth-1)
		case css.SemicolonToken:
			if depth == 0 {
				flush()
				continue
			}
		case css.ColonToken:
			if !inValue {
				inValue = true
				continue
			}
		}
		if inValue {
			value.Write(data)
		} else {
			name.Write(data)
		}
	}
	flush()
	return out
}

func declared(name, value string) (declaration, bool) {
	d := declaration{property: strings.TrimSpace(name), value: strings.TrimSpace(value)}
	if !strings.HasPrefix(d.property, "--") {
		d.property = strings.ToLower(d.property)
	}
	before, after, found := cutLast(d.value, "!")
	if found && strings.EqualFold(strings.TrimSpace(after), "important") {
		d.value, d.important = strings.TrimSpace(before)+" !important", true
	}
	return d, d.property != "" && d.value != "" && !strings.ContainsAny(d.property, " \t\n\"'<>{}")
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
