package liquid

import (
	"fmt"
	"html"
	"regexp"
	"strings"
)

// Error is what is wrong with a template, in a sentence for who wrote it.
type Error struct {
	Line int
	Text string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

func errorf(line int, format string, args ...any) *Error {
	return &Error{Line: line, Text: fmt.Sprintf(format, args...)}
}

type tokenKind int

const (
	textToken tokenKind = iota
	fieldToken
	tagToken
)

// token is a piece of a template. The source of all tokens together is the template.
type token struct {
	kind      tokenKind
	source    string
	inner     string // of a field or a tag, without its braces
	line      int
	trimLeft  bool // {{-
	trimRight bool // -}}
}

var endRaw = regexp.MustCompile(`\{%-?\s*endraw\s*-?%\}`)

// scan cuts a template into tokens. What {% raw %} encloses is one text.
func scan(source string) ([]token, error) {
	var tokens []token
	line := 1
	add := func(t token) {
		t.line = line
		line += strings.Count(t.source, "\n")
		tokens = append(tokens, t)
	}
	for source != "" {
		at := opening(source)
		if at < 0 {
			add(token{kind: textToken, source: source})
			break
		}
		if at > 0 {
			add(token{kind: textToken, source: source[:at]})
			source = source[at:]
		}
		end := closing(source)
		if end < 0 {
			return nil, errorf(line, "“%s” is never closed.", source[:2])
		}
		t := braced(source[:end])
		add(t)
		source = source[end:]
		if t.kind == tagToken && t.inner == "raw" {
			end := endRaw.FindStringIndex(source)
			if end == nil {
				return nil, errorf(line, "{%% raw %%} is never closed.")
			}
			add(token{kind: textToken, source: source[:end[0]]})
			source = source[end[0]:]
		}
	}
	return tokens, nil
}

// opening is where the next field or tag begins, or -1.
func opening(s string) int {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '{' && (s[i+1] == '{' || s[i+1] == '%') {
			return i
		}
	}
	return -1
}

// closing is the length of the field or tag that s begins with, or -1. Braces in
// quotes don't end it.
func closing(s string) int {
	end := "}}"
	if s[1] == '%' {
		end = "%}"
	}
	var quote byte
	for i := 2; i < len(s); i++ {
		switch {
		case quote != 0:
			if s[i] == quote {
				quote = 0
			}
		case s[i] == '"' || s[i] == '\'':
			quote = s[i]
		case strings.HasPrefix(s[i:], end):
			return i + 2
		}
	}
	return -1
}

func braced(source string) token {
	t := token{kind: fieldToken, source: source, inner: source[2 : len(source)-2]}
	if source[1] == '%' {
		t.kind = tagToken
	}
	t.inner, t.trimLeft = strings.CutPrefix(t.inner, "-")
	t.inner, t.trimRight = strings.CutSuffix(t.inner, "-")
	// Visual editors write what is in their text as HTML.
	if strings.ContainsAny(t.inner, "&\u00a0") {
		t.inner = strings.ReplaceAll(html.UnescapeString(t.inner), "\u00a0", " ")
	}
	t.inner = strings.TrimSpace(t.inner)
	return t
}
