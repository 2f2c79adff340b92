package liquid

import (
	"strconv"
	"strings"
)

type itemKind int

const (
	endItem    itemKind = iota
	nameItem            // a name, a keyword or a word that compares
	stringItem          // what is in the quotes
	numberItem
	signItem // . .. | : , ( ) [ ] = == != <> < > <= >=
)

type item struct {
	kind itemKind
	text string
	num  float64
}

// lex cuts what stands in braces into items.
func lex(s string) ([]item, *Error) {
	var items []item
	for {
		s = strings.TrimLeft(s, " \t\r\n")
		if s == "" {
			return append(items, item{}), nil
		}
		if len(items) > maxItems {
			return nil, errorf(0, "This is too long: give parts of it names with {%% assign %%}.")
		}
		it, n, err := next(s)
		if err != nil {
			return nil, err
		}
		items, s = append(items, it), s[n:]
	}
}

func next(s string) (item, int, *Error) {
	c := s[0]
	switch {
	case c == '"' || c == '\'':
		end := strings.IndexByte(s[1:], c)
		if end < 0 {
			return item{}, 0, errorf(0, "The quote %s is never closed.", s)
		}
		return item{kind: stringItem, text: s[1 : 1+end]}, end + 2, nil
	case isDigit(c) || c == '-' && len(s) > 1 && isDigit(s[1]):
		n := 1
		for n < len(s) && (isDigit(s[n]) || s[n] == '.' && n+1 < len(s) && isDigit(s[n+1])) {
			n++
		}
		num, err := strconv.ParseFloat(s[:n], 64)
		if err != nil {
			return item{}, 0, errorf(0, "“%s” is no number.", s[:n])
		}
		return item{kind: numberItem, text: s[:n], num: num}, n, nil
	case isLetter(c):
		n := 1
		for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '-') {
			n++
		}
		return item{kind: nameItem, text: s[:n]}, n, nil
	}
	for _, sign := range []string{"..", "==", "!=", "<>", "<=", ">="} {
		if strings.HasPrefix(s, sign) {
			return item{kind: signItem, text: sign}, 2, nil
		}
	}
	if strings.IndexByte(".|:,()[]=<>", c) >= 0 {
		return item{kind: signItem, text: s[:1]}, 1, nil
	}
	return item{}, 0, errorf(0, "“%s” cannot stand here.", firstRune(s))
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}
