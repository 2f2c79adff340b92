package pages

// Document is one version of an operator's document, such as the terms.
type Document struct {
	Title       string
	Number      int
	EffectiveOn string // "1 January 2027"
	HTML        string // rendered from the operator's Markdown and trusted
}

// VersionLink leads to another version.
type VersionLink struct {
	Number      int
	EffectiveOn string
	Note        string // in force, announced, replaced, withdrawn
	URL         string
}
