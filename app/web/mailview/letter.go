package mailview

import (
	"context"
	"strings"
	"unicode/utf8"
)

// letter is the one source of both forms of a mail.
type letter struct {
	subject    string
	paragraphs []string
	action     string
	link       string
	after      string // below the link; "" for nothing
	reason     string // why one gets it
	brand      string
	home       string
}

const width = 72

// text is the plain form: lines that fit everywhere, the link on a line of its own.
func (l letter) text() string {
	var b strings.Builder
	part := func(text string) { b.WriteString(wrap(text) + "\n\n") }
	// Without a name: who signs up somebody else's address could write a message into it.
	part("Hello,")
	for _, p := range l.paragraphs {
		part(p)
	}
	b.WriteString(l.action + ":\n" + l.link + "\n\n")
	if l.after != "" {
		part(l.after)
	}
	b.WriteString("-- \n" + wrap(l.reason) + "\n" + l.brand + ", " + l.home + "\n")
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

// html is the same letter, drawn.
func (l letter) html(context.Context) (string, error) { return "", nil }
