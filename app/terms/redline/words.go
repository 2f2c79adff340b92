package redline

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Op says what became of a piece of text.
type Op string

// The operations.
const (
	Same    Op = "same"
	Removed Op = "removed"
	Added   Op = "added"
)

// Span is a piece of a block's text.
type Span struct {
	Op   Op
	Text string
}

// A token is a word with what holds it together ("e-mail", "1,000.50", "30"), a run
// of white space, or one other character.
var (
	tokens = regexp.MustCompile(`\s+|[\p{L}\p{M}\p{N}_]+(?:[’'.,:/@-][\p{L}\p{M}\p{N}_]+)*|[^\s\p{L}\p{M}\p{N}_]`)
	isWord = regexp.MustCompile(`[\p{L}\p{N}]`)
)

// most bounds the work of one comparison; longer texts are shown as replaced whole.
const most = 4_000_000

// compareWords compares two texts word by word. Sentences that both have hold the
// comparison together: without them a sentence that stays would be taken apart as soon as
// its neighbours share small words with it.
func compareWords(before, after string) []Span {
	var spans []Span
	gone, fresh := "", ""
	flush := func() {
		if gone != "" || fresh != "" {
			spans = append(spans, wordsOf(gone, fresh)...)
		}
		gone, fresh = "", ""
	}
	a, b := sentences.FindAllString(before, -1), sentences.FindAllString(after, -1)
	i, j := 0, 0
	for _, e := range compare(trimmed(a), trimmed(b)) {
		for _, core := range e.items {
			switch {
			case e.op == Removed:
				gone, i = gone+a[i], i+1
			case e.op == Added:
				fresh, j = fresh+b[j], j+1
			case words(a[i]) < anchorWords:
				gone, fresh, i, j = gone+a[i], fresh+b[j], i+1, j+1
			default:
				flush()
				spans = append(spans, Span{Same, core})
				gone, fresh, i, j = a[i][len(core):], b[j][len(core):], i+1, j+1
			}
		}
	}
	flush()
	return calm(joined(spans))
}

// sentences are stretches up to a full stop, a question or exclamation mark that white
// space follows; the white space belongs to them.
var sentences = regexp.MustCompile(`(?s).+?(?:[.!?][”’")\]]*\s+|$)`)

// anchorWords is how many words a sentence has at least to be told from others by itself.
const anchorWords = 3

func trimmed(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.TrimRightFunc(s, unicode.IsSpace)
	}
	return out
}

// joined makes one span of neighbours with the same operation.
func joined(spans []Span) (out []Span) {
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && out[last].Op == s.Op {
			out[last].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func wordsOf(before, after string) []Span {
	a, b := tokens.FindAllString(before, -1), tokens.FindAllString(after, -1)
	if len(a)*len(b) > most {
		return []Span{{Removed, before}, {Added, after}}
	}
	var spans []Span
	for _, e := range compare(a, b) {
		spans = append(spans, Span{e.op, strings.Join(e.items, "")})
	}
	return spans
}

// edit is a run of items with one operation.
type edit struct {
	op    Op
	items []string
}

// compare finds the shortest edit of two lists, by way of one rune for each different
// item. Without a time limit the result depends on the input alone.
func compare(a, b []string) []edit {
	codes, items := map[string]rune{}, map[rune]string{}
	encode := func(list []string) []rune {
		out := make([]rune, len(list))
		for i, item := range list {
			code, ok := codes[item]
			if !ok {
				if code = rune(len(codes) + 1); code >= 0xD800 {
					code += 0x800 // no surrogates: they are no characters
				}
				codes[item], items[code] = code, item
			}
			out[i] = code
		}
		return out
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	var edits []edit
	for _, found := range d.DiffMainRunes(encode(a), encode(b), false) {
		e := edit{op: map[diffmatchpatch.Operation]Op{diffmatchpatch.DiffEqual: Same, diffmatchpatch.DiffDelete: Removed, diffmatchpatch.DiffInsert: Added}[found.Type]}
		for _, code := range found.Text {
			e.items = append(e.items, items[code])
		}
		edits = append(edits, e)
	}
	return edits
}

// calm joins edits that stand so close that reading them apart would be harder: with
// nothing but white space or punctuation between them, or one word in a busy place.
func calm(spans []Span) []Span {
	var out []Span
	removed, added := "", ""
	flush := func() {
		if removed != "" {
			out = append(out, Span{Removed, removed})
		}
		if added != "" {
			out = append(out, Span{Added, added})
		}
		removed, added = "", ""
	}
	for i, s := range spans {
		switch {
		case s.Op == Removed:
			removed += s.Text
		case s.Op == Added:
			added += s.Text
		case (removed != "" || added != "") && i+1 < len(spans) && bridges(s.Text, removed, added, spans[i+1:]):
			removed, added = removed+s.Text, added+s.Text
		default:
			flush()
			out = append(out, s)
		}
	}
	flush()
	return out
}

// bridges reports whether a same stretch is too little to stop at.
func bridges(text, removed, added string, rest []Span) bool {
	if removed == "" || added == "" || !bothOps(rest) {
		return false // a pure insertion or deletion reads best by itself
	}
	n := words(text)
	return n == 0 || n == 1 && words(removed)+words(added) >= 4 && words(rest[0].Text) >= 2
}

// bothOps reports whether the next edit is a replacement, too.
func bothOps(rest []Span) bool {
	return len(rest) >= 2 && rest[0].Op != Same && rest[1].Op != Same
}

// words counts the words of a text.
func words(text string) (n int) {
	for _, token := range tokens.FindAllString(text, -1) {
		if isWord.MatchString(token) {
			n++
		}
	}
	return n
}

// alike is the part of words that two texts share, 0 to 1.
func alike(a, b string) float64 {
	count, total, shared := map[string]int{}, 0, 0
	for _, token := range tokens.FindAllString(a, -1) {
		if isWord.MatchString(token) {
			count[token]++
			total++
		}
	}
	for _, token := range tokens.FindAllString(b, -1) {
		if isWord.MatchString(token) {
			total++
			if count[token] > 0 {
				count[token]--
				shared++
			}
		}
	}
	if total == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(total)
}
