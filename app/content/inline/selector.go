package inline

import (
	"iter"
	"regexp"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// selector is compound parts from the outermost to the element itself.
type selector struct {
	parts       []part
	specificity cascadia.Specificity
}

type part struct {
	matches    cascadia.Sel
	combinator byte // between the part before and this one: ' ', '>', '+', '~'; 0 for the first
}

// maxParts bounds a selector; longer ones stay in the sheet.
const maxParts = 12

// left to the sheet: what an element's own style cannot say, and what takes long to match.
var onlyInSheet = regexp.MustCompile(`(?i)::|:(?:hover|active|focus|visited|link|target|before|after|first-l|checked|enabled|disabled|has|haschild|contains|matches|containsown|matchesown|input|nth-|only-of|first-of|last-of|lang|is|where)`)

// selectors reads a list of selectors. Those that stay in the sheet are given back
// as they were.
func selectors(list string) (taken []selector, left []string) {
	for _, s := range splitTop(list, ',') {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if sel, ok := parseSelector(s); ok {
			taken = append(taken, sel)
		} else {
			left = append(left, s)
		}
	}
	return taken, left
}

func parseSelector(s string) (selector, bool) {
	var out selector
	if onlyInSheet.MatchString(s) || strings.ContainsAny(s, `\`) {
		return out, false
	}
	combinator := byte(0)
	for s != "" {
		n := compound(s)
		if n == 0 || len(out.parts) == maxParts {
			return out, false
		}
		sel, err := cascadia.Parse(s[:n])
		if err != nil || sel.PseudoElement() != "" {
			return out, false
		}
		out.parts = append(out.parts, part{sel, combinator})
		out.specificity = out.specificity.Add(sel.Specificity())
		rest := strings.TrimLeft(s[n:], " \t\r\n\f")
		combinator = ' '
		if rest != "" && strings.IndexByte(">+~", rest[0]) >= 0 {
			combinator = rest[0]
			rest = strings.TrimLeft(rest[1:], " \t\r\n\f")
			if rest == "" {
				return out, false
			}
		}
		s = rest
	}
	return out, len(out.parts) > 0
}

// outside yields where a text stands in no parentheses, brackets or quotes; the signs that
// open and close them do not count.
func outside(s string) iter.Seq2[int, byte] {
	return func(yield func(int, byte) bool) {
		depth := 0
		var quote byte
		for i := range len(s) {
			c := s[i]
			switch {
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '(' || c == '[':
				depth++
			case c == ')' || c == ']':
				depth--
			case depth == 0 && !yield(i, c):
				return
			}
		}
	}
}

// compound is the length of the first compound of a selector.
func compound(s string) int {
	for i, c := range outside(s) {
		if strings.IndexByte(" \t\r\n\f>+~", c) >= 0 {
			return i
		}
	}
	return len(s)
}

// splitTop cuts at a sign that stands in no parentheses, brackets or quotes.
func splitTop(s string, at byte) []string {
	var out []string
	from := 0
	for i, c := range outside(s) {
		if c == at {
			out = append(out, s[from:i])
			from = i + 1
		}
	}
	return append(out, s[from:])
}

// progress is how far each rule's selector has come at an element: here, or at any
// element around it. One bit for each part.
type progress struct{ here, around []uint16 }

// advance works out an element's progress from that of its parent, of the element
// before it, and of all before it.
func advance(rules []rule, n *html.Node, parent progress, before, anyBefore []uint16) progress {
	p := progress{here: make([]uint16, len(rules)), around: make([]uint16, len(rules))}
	for i, r := range rules {
		for k, part := range r.selector.parts {
			came := k == 0
			if !came {
				last := uint16(1) << (k - 1)
				switch part.combinator {
				case ' ':
					came = parent.around[i]&last != 0
				case '>':
					came = parent.here[i]&last != 0
				case '+':
					came = before[i]&last != 0
				case '~':
					came = anyBefore[i]&last != 0
				}
			}
			if came && part.matches.Match(n) {
				p.here[i] |= 1 << k
			}
		}
		p.around[i] = parent.around[i] | p.here[i]
	}
	return p
}

// complete says whether an element is one that the rule's selector is for.
func (r rule) complete(bits uint16) bool { return bits&(1<<(len(r.selector.parts)-1)) != 0 }
