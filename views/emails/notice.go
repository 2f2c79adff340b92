package emails

import (
	"strings"

	"smtpserver/views/components"
)

// Notice is a mail about a version of the terms, drawn as text and as HTML.
type Notice struct {
	Brand      string
	Home       string
	Subject    string
	Intro      []string // what happens, and when
	Summary    []string // what changes, in the operator's own words
	Changes    components.Redline
	ChangesAs  string   // the same as plain text; "" leaves the comparison out
	After      []string // what to do when agreeing, and when not
	Action     string
	Link       string
	Whole      string // where the whole text stands
	Reason     string // why one gets it
	FirstWords string // what mail programs show beside the subject
}

// Text is the plain form. The comparison keeps its own lines.
func (n Notice) Text() string {
	var b strings.Builder
	part := func(text string) { b.WriteString(wrap(text) + "\n\n") }
	part("Hello,")
	for _, p := range n.Intro {
		part(p)
	}
	if len(n.Summary) > 0 {
		b.WriteString("IN SHORT\n\n")
		for _, p := range n.Summary {
			part(p)
		}
	}
	if n.ChangesAs != "" {
		b.WriteString("WHAT CHANGES\n\n")
		part("[-These words-] go, {+these+} come; + begins what is new, − what is removed.")
		b.WriteString(n.ChangesAs + "\n")
		if rest := n.Changes.Rest(); rest != "" {
			part(rest)
		}
	}
	if len(n.After) > 0 {
		b.WriteString("WHAT TO DO\n\n")
		for _, p := range n.After {
			part(p)
		}
	}
	b.WriteString(n.Action + ":\n" + n.Link + "\n\n")
	if n.Whole != "" {
		b.WriteString("The whole text:\n" + n.Whole + "\n\n")
	}
	b.WriteString("-- \n" + wrap(n.Reason) + "\n" + n.Brand + ", " + n.Home + "\n")
	return b.String()
}
