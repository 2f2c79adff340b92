package liquid

import (
	"math"
	"strconv"
	"strings"
)

// A value is nil, a bool, a float64, a string, markup, a list or a *loop.
type (
	value any
	list  []value
	// markup is a string that is HTML already.
	markup string
)

// blank is what “blank” and “empty” stand for: equal to nil, "" and a list of nothing.
type blank struct{}

// text is what a value looks like.
func text(v value) string {
	switch v := v.(type) {
	case string:
		return v
	case markup:
		return string(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case list:
		var b strings.Builder
		for _, e := range v {
			b.WriteString(text(e))
		}
		return b.String()
	}
	return ""
}

// size is about how many octets a value holds, which is what handling it costs.
func size(v value) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case markup:
		return len(v)
	case list:
		n := 0
		for _, e := range v {
			n += 8 + size(e)
		}
		return n
	}
	return 8
}

// number is a value as a number. Fields are strings, so their digits count.
func number(v value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		if len(v) > 40 {
			return 0, false
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
	}
	return 0, false
}

func truth(v value) bool { return v != nil && v != false }

func isBlank(v value) bool {
	switch v := v.(type) {
	case nil, blank:
		return true
	case bool:
		return !v
	case list:
		return len(v) == 0
	case float64:
		return false
	}
	return strings.TrimSpace(text(v)) == ""
}

func equal(a, b value) bool {
	if _, ok := a.(blank); ok {
		return isBlank(b)
	}
	if _, ok := b.(blank); ok {
		return isBlank(a)
	}
	switch a := a.(type) {
	case bool:
		other, ok := b.(bool)
		return ok && a == other
	case float64:
		n, ok := number(b)
		return ok && a == n
	}
	switch b := b.(type) {
	case bool:
		return false
	case float64:
		n, ok := number(a)
		return ok && b == n
	}
	return text(a) == text(b) // nil equals ""
}

// less compares numbers as such, and other strings by their letters. What has no
// value is neither less nor more.
func less(a, b value) bool {
	if isBlank(a) || isBlank(b) {
		return false
	}
	m, ok := number(a)
	n, also := number(b)
	if ok && also {
		return m < n
	}
	if _, isNumber := a.(float64); isNumber {
		return false
	}
	if _, isNumber := b.(float64); isNumber {
		return false
	}
	return text(a) < text(b)
}

func contains(a, b value) bool {
	if l, ok := a.(list); ok {
		for _, e := range l {
			if equal(e, b) {
				return true
			}
		}
		return false
	}
	return !isBlank(b) && strings.Contains(text(a), text(b))
}
