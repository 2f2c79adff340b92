package liquid

import (
	"regexp"
	"strconv"
	"strings"
)

// Shield stands in for the fields and tags of a template while something that does
// not know Liquid works on the text around them: each becomes a word of small letters
// and digits, which HTML, CSS, Markdown and MJML all leave alone.
type Shield struct {
	mark   string
	word   *regexp.Regexp
	tokens []token
}

var markLike = regexp.MustCompile(`(?i)lq+`)

// NewShield cuts a template and puts words into the places of its fields and tags.
func NewShield(source string) (*Shield, string, error) {
	tokens, err := scan(source)
	if err != nil {
		return nil, "", err
	}
	s := &Shield{mark: "lq"}
	for _, taken := range markLike.FindAllString(source, -1) {
		if len(taken) >= len(s.mark) { // the mark is longer than any in the text
			s.mark = strings.ToLower(taken) + "q"
		}
	}
	s.word = regexp.MustCompile("(?i)" + s.mark + `[ft](\d+)z`)
	var b strings.Builder
	for _, t := range tokens {
		if t.kind == textToken {
			b.WriteString(t.source)
			continue
		}
		kind := "f"
		if t.kind == tagToken {
			kind = "t"
		}
		b.WriteString(s.mark + kind + strconv.Itoa(len(s.tokens)) + "z")
		s.tokens = append(s.tokens, t)
	}
	return s, b.String(), nil
}

// Restore puts fields and tags back.
func (s *Shield) Restore(shielded string) string { return s.RestoreWith(shielded, nil) }

// RestoreWith puts fields and tags back, with one more filter in each field.
func (s *Shield) RestoreWith(shielded string, filters []string) string {
	return s.word.ReplaceAllStringFunc(shielded, func(word string) string {
		n, err := strconv.Atoi(s.word.FindStringSubmatch(word)[1])
		if err != nil || n >= len(s.tokens) {
			return word
		}
		t := s.tokens[n]
		if t.kind == fieldToken && len(filters) > 0 {
			return "{{ " + t.inner + " | " + strings.Join(filters, " | ") + " }}"
		}
		return t.source
	})
}

// Words is a pattern of the words: their first group is t for a tag, f for a field.
func (s *Shield) Words() *regexp.Regexp { return regexp.MustCompile("(?i)" + s.mark + `([ft])\d+z`) }
