package emails

import (
	"strings"
	"unicode/utf8"
)

// Letter is the one source of both forms of a system mail.
type Letter struct {
	Brand      string
	Home       string // the public URL, shown in the foot
	Subject    string
	Paragraphs []string
	Action     string // label of the link
	Link       string
	After      string // below the link; "" for nothing
	Reason     string // why one gets it
}

const width = 72

// Text is the plain form: lines that fit everywhere, the link on a line of its own.
// It greets without a name: who signs up somebody else's address could otherwise
// write a message into it.
func (l Letter) Text() string {
	var b strings.Builder
	part := func(text string) { b.WriteString(wrap(text) + "\n\n") }
	part("Hello,")
	for _, p := range l.Paragraphs {
		part(p)
	}
	b.WriteString(l.Action + ":\n" + l.Link + "\n\n")
	if l.After != "" {
		part(l.After)
	}
	b.WriteString("-- \n" + wrap(l.Reason) + "\n" + l.Brand + ", " + l.Home + "\n")
	return b.String()
}

// wrap breaks a paragraph into lines at spaces.
func wrap(text string) string {
	var b strings.Builder
	column := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case column > 0 && column+1+n > width:
			b.WriteByte('\n')
			column = 0
		case column > 0:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
