package redline

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text draws the comparison for a mail without HTML: [-removed-] and {+added+} inside
// a text, − and + before a whole one.
func (r Redline) Text(width int) string {
	var b strings.Builder
	for i, s := range r.Sections {
		if i > 0 {
			b.WriteByte('\n')
		}
		if s.Heading != nil {
			b.WriteString(fold(s.Heading.line(), "  ", width) + "\n\n")
		}
		for _, p := range s.Parts {
			switch {
			case p.Block == nil:
				b.WriteString("  (" + p.Words() + ")\n\n")
			default:
				b.WriteString(fold(p.Block.line(), "  ", width) + "\n\n")
			}
		}
	}
	return b.String()
}

// Words says what is left out.
func (p Part) Words() string {
	if p.LeftOut == 1 {
		return "1 paragraph is unchanged"
	}
	return fmt.Sprintf("%d paragraphs are unchanged", p.LeftOut)
}

// Where says where a moved block came from or went to.
func (b Block) Where() string {
	place := "the beginning"
	if b.Other != "" {
		place = "“" + b.Other + "”"
	}
	if b.Change == MovedAway {
		return "A paragraph moved from here to " + place + "."
	}
	return "Moved here from " + place + "."
}

// line is a block as one line of text.
func (b Block) line() string {
	lead := "  "
	switch b.Change {
	case NewBlock:
		lead = "+ "
	case GoneBlock:
		lead = "− "
	case MovedAway:
		return "  (" + strings.TrimSuffix(b.Where(), ".") + ")"
	case MovedHere:
		lead = "> (" + strings.TrimSuffix(b.Where(), ".") + ") "
	}
	if b.Marker != "" {
		lead += strings.Repeat("  ", max(b.Level-1, 0)) + b.Marker + " "
	}
	var t strings.Builder
	for _, s := range b.Spans {
		switch {
		case b.Change == NewBlock || b.Change == GoneBlock || s.Op == Same:
			t.WriteString(s.Text)
		case s.Op == Removed:
			t.WriteString(around("[-", s.Text, "-]"))
		default:
			if strings.HasSuffix(t.String(), "-]") {
				t.WriteByte(' ')
			}
			t.WriteString(around("{+", s.Text, "+}"))
		}
	}
	return lead + t.String()
}

// around puts marks close to the text, spaces outside.
func around(open, text, end string) string {
	core := strings.TrimSpace(text)
	if core == "" {
		return text
	}
	at := strings.Index(text, core)
	return text[:at] + open + core + end + text[at+len(core):]
}

// fold breaks a line at spaces; the lines after the first are indented. What stands
// at the beginning, spaces among it, is kept.
func fold(line, indent string, width int) string {
	var b strings.Builder
	lead := line[:len(line)-len(strings.TrimLeft(line, " "))]
	b.WriteString(lead)
	column := len(lead)
	for i, word := range strings.Fields(line) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case column+1+n > width:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
