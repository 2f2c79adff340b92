package pages

import "strconv"

// Document is one version of an operator's document, such as the terms.
type Document struct {
	Title       string
	Number      int
	EffectiveOn string // "1 January 2027"
	HTML        string // rendered from the operator's Markdown and trusted
}

// Agreement is what a sign-up accepts, and what it shows besides.
type Agreement struct {
	Document                    // the terms of service in force
	With      []DocumentVersion // accepted together with them
	Informs   []DocumentVersion // in force, and nothing to accept
	Announced []DocumentVersion // takes effect later; its URL tells what changes
	Shown     string            // names what is in With, and comes back with the form
}

// Is reports whether a form was about this very agreement; a program may leave out what
// belongs to the terms.
func (a Agreement) Is(number int, shown string) bool {
	return number == a.Number && (shown == "" || shown == a.Shown)
}

// lead ends the sentence about the terms, or leads on to what is accepted with them.
func (a Agreement) lead() string {
	if len(a.With) == 0 {
		return "."
	}
	return ", with "
}

// after is what stands behind the n-th document that is accepted together with the terms.
func (a Agreement) after(n int) string {
	switch n {
	case len(a.With) - 1:
		return "."
	case len(a.With) - 2:
		return " and "
	}
	return ", "
}

// DocumentVersion is a version of one of the operator's documents.
type DocumentVersion struct {
	Name, URL   string
	Number      int
	EffectiveOn string
}

// VersionLink leads to another version.
type VersionLink struct {
	Number      int
	EffectiveOn string
	Note        string // in force, announced, replaced, withdrawn
	URL         string
}

func (d DocumentVersion) label() string { return d.Name + ", version " + strconv.Itoa(d.Number) }
