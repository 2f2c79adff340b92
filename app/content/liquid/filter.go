package liquid

import (
	"fmt"
	"html"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// filter changes a value. None fails for a value that a person happens to have.
type filter func(r *run, v value, args []value) value

type definition struct {
	fn          filter
	least, most int // arguments
	judge       func(args []expression) *Error
}

func (d definition) wants() string {
	switch {
	case d.most == 0:
		return "takes no value"
	case d.least == d.most:
		return fmt.Sprintf("takes %d values: write them after a colon", d.most)
	}
	return fmt.Sprintf("takes %d to %d values", d.least, d.most)
}

func (d definition) refuse(args []expression) *Error {
	if d.judge == nil {
		return nil
	}
	return d.judge(args)
}

var filters = map[string]definition{
	"default": {fn: orElse, least: 1, most: 1},

	"append":        {fn: joined(func(s, a string) string { return s + a }), least: 1, most: 1},
	"prepend":       {fn: joined(func(s, a string) string { return a + s }), least: 1, most: 1},
	"upcase":        {fn: onText(strings.ToUpper)},
	"downcase":      {fn: onText(strings.ToLower)},
	"capitalize":    {fn: onText(capitalize)},
	"strip":         {fn: onText(strings.TrimSpace)},
	"lstrip":        {fn: onText(func(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) })},
	"rstrip":        {fn: onText(func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) })},
	"strip_html":    {fn: onText(stripTags)},
	"url_encode":    {fn: onText(url.QueryEscape)},
	"escape":        {fn: same}, // whatever is shown is escaped
	"escape_once":   {fn: same},
	"newline_to_br": {fn: breaks},
	"strip_newlines": {fn: onText(func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, "\r", ""), "\n", "")
	})},
	"truncate":      {fn: truncate, most: 2},
	"truncatewords": {fn: truncateWords, most: 2},
	"replace":       {fn: replacing(-1), least: 2, most: 2},
	"replace_first": {fn: replacing(1), least: 2, most: 2},
	"remove":        {fn: replacing(-1), least: 1, most: 1},
	"remove_first":  {fn: replacing(1), least: 1, most: 1},
	"slice":         {fn: slice, least: 1, most: 2},
	"split":         {fn: split, least: 1, most: 1},
	"date":          {fn: date, least: 1, most: 1, judge: judgeDate},

	"join":    {fn: join, most: 1},
	"first":   {fn: func(_ *run, v value, _ []value) value { return property(v, "first") }},
	"last":    {fn: func(_ *run, v value, _ []value) value { return property(v, "last") }},
	"size":    {fn: func(_ *run, v value, _ []value) value { return sizeOf(v) }},
	"sort":    {fn: sorted},
	"uniq":    {fn: unique},
	"reverse": {fn: onList(reverse)},

	"plus":       {fn: onNumbers(func(a, b float64) float64 { return a + b }), least: 1, most: 1},
	"minus":      {fn: onNumbers(func(a, b float64) float64 { return a - b }), least: 1, most: 1},
	"times":      {fn: onNumbers(func(a, b float64) float64 { return a * b }), least: 1, most: 1},
	"divided_by": {fn: onNumbers(divide), least: 1, most: 1},
	"modulo":     {fn: onNumbers(math.Mod), least: 1, most: 1},
	"at_least":   {fn: onNumbers(math.Max), least: 1, most: 1},
	"at_most":    {fn: onNumbers(math.Min), least: 1, most: 1},
	"abs":        {fn: onNumber(math.Abs)},
	"ceil":       {fn: onNumber(math.Ceil)},
	"floor":      {fn: onNumber(math.Floor)},
	"round":      {fn: round, most: 1},
}

func same(_ *run, v value, _ []value) value { return v }

func orElse(_ *run, v value, args []value) value {
	if isBlank(v) {
		return args[0]
	}
	return v
}

// onText makes a filter of a function whose result is not much longer than what it is given.
func onText(fn func(string) string) filter {
	return func(r *run, v value, _ []value) value {
		s := fn(text(v))
		r.spend(len(s))
		return s
	}
}

func joined(fn func(s, arg string) string) filter {
	return func(r *run, v value, args []value) value {
		if !r.spend(size(v) + 2*size(args[0])) {
			return nil
		}
		return fn(text(v), text(args[0]))
	}
}

func capitalize(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

func stripTags(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		s = s[open+end+1:]
	}
	return b.String() + s
}

func breaks(r *run, v value, _ []value) value {
	s := html.EscapeString(text(v))
	if n := strings.Count(s, "\n"); !r.spend(len(s) + 6*n) {
		return nil
	}
	return markup(strings.ReplaceAll(s, "\n", "<br />\n"))
}

// whole is an argument as a number between 0 and a million; def when there is none.
func whole(args []value, at, def int) int {
	if at >= len(args) {
		return def
	}
	n, ok := number(args[at])
	if !ok {
		return def
	}
	return int(min(max(n, -1e6), 1e6))
}

func truncate(r *run, v value, args []value) value {
	s, ellipsis := []rune(text(v)), "..."
	if len(args) > 1 {
		ellipsis = text(args[1])
	}
	n := whole(args, 0, 50)
	if r.spend(4*len(s) + len(ellipsis)); len(s) <= n {
		return string(s)
	}
	return string(s[:max(0, n-utf8.RuneCountInString(ellipsis))]) + ellipsis
}

func truncateWords(r *run, v value, args []value) value {
	s, ellipsis := text(v), "..."
	if len(args) > 1 {
		ellipsis = text(args[1])
	}
	words := strings.Fields(s)
	n := max(1, whole(args, 0, 15))
	if r.spend(16*len(words) + len(ellipsis)); len(words) <= n {
		return s
	}
	return strings.Join(words[:n], " ") + ellipsis
}

func replacing(times int) filter {
	return func(r *run, v value, args []value) value {
		s, old, with := text(v), text(args[0]), ""
		if len(args) > 1 {
			with = text(args[1])
		}
		if old == "" {
			return s
		}
		n := strings.Count(s, old)
		if times > 0 {
			n = min(n, times)
		}
		if !r.spend(2*len(s) + len(old) + n*(8+len(with))) {
			return nil
		}
		return strings.Replace(s, old, with, times)
	}
}

func slice(r *run, v value, args []value) value {
	s := []rune(text(v))
	r.spend(4 * len(s))
	from := whole(args, 0, 0)
	if from < 0 {
		from += len(s)
	}
	if from < 0 || from >= len(s) {
		return ""
	}
	to := from + max(0, whole(args, 1, 1))
	return string(s[from:min(to, len(s))])
}

func split(r *run, v value, args []value) value {
	s, by := text(v), text(args[0])
	if s == "" {
		return list{}
	}
	parts := strings.Count(s, by) + 1 // of an empty separator: the letters
	if by == " " {
		parts = len(s)/2 + 1
	}
	if !r.spend(len(s) + 32*parts) {
		return nil
	}
	pieces := strings.Split(s, by)
	if by == " " {
		pieces = strings.Fields(s)
	}
	l := make(list, len(pieces))
	for i, p := range pieces {
		l[i] = p
	}
	return l
}

func join(r *run, v value, args []value) value {
	l, ok := v.(list)
	if !ok {
		return v
	}
	by := " "
	if len(args) > 0 {
		by = text(args[0])
	}
	if !r.spend(size(l) + len(l)*len(by)) {
		return nil
	}
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = text(e)
	}
	return strings.Join(parts, by)
}

func sizeOf(v value) value {
	if l, ok := v.(list); ok {
		return float64(len(l))
	}
	return float64(utf8.RuneCountInString(text(v)))
}

func onList(fn func(list) list) filter {
	return func(r *run, v value, _ []value) value {
		l, ok := v.(list)
		if !ok || !r.spend(32*len(l)) {
			return v
		}
		return fn(l)
	}
}

func sorted(r *run, v value, _ []value) value {
	l, ok := v.(list)
	if !ok || !r.spend(8*size(l)) {
		return v
	}
	l = slices.Clone(l)
	slices.SortStableFunc(l, func(a, b value) int {
		switch {
		case less(a, b):
			return -1
		case less(b, a):
			return 1
		}
		return 0
	})
	return l
}

func unique(r *run, v value, _ []value) value {
	l, ok := v.(list)
	if !ok || !r.spend(4*size(l)) {
		return v
	}
	seen := map[string]bool{}
	var out list
	for _, e := range l {
		if s := text(e); !seen[s] {
			seen[s] = true
			out = append(out, e)
		}
	}
	return out
}

// tidy keeps numbers that can be written.
func tidy(n float64) value {
	if math.IsNaN(n) || math.IsInf(n, 0) || math.Abs(n) > 1e15 {
		return nil
	}
	return math.Round(n*1e9) / 1e9
}

func onNumber(fn func(float64) float64) filter {
	return func(_ *run, v value, _ []value) value {
		n, _ := number(v)
		return tidy(fn(n))
	}
}

func onNumbers(fn func(a, b float64) float64) filter {
	return func(_ *run, v value, args []value) value {
		a, _ := number(v)
		b, _ := number(args[0])
		return tidy(fn(a, b))
	}
}

// divide rounds down when both are whole, as Liquid does.
func divide(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	if a == math.Trunc(a) && b == math.Trunc(b) {
		return math.Floor(a / b)
	}
	return a / b
}

func round(_ *run, v value, args []value) value {
	n, _ := number(v)
	scale := math.Pow10(min(max(whole(args, 0, 0), 0), 9))
	return tidy(math.Round(n*scale) / scale)
}
