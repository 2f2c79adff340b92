package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// TermsShow is one version of a document.
type TermsShow struct {
	layout.Page
	Doc        Document
	State      string        // in force, announced, replaced, withdrawn
	Reason     string        // of a correction: why it came without notice
	Next       *VersionLink  // another version that is announced; its URL compares
	ChangesURL string        // the comparison with the version before; "" for the first
	Versions   []VersionLink // newest first, this one among them
	FeedURL    string
	AskURL     string // where people ask what is held about them; "" on other documents
}

// TermsNone stands where a document has no version yet.
type TermsNone struct {
	layout.Page
	Name    string
	InForce []DocumentVersion // what does hold
	FeedURL string
}

// TermsChanges compares two versions of a document.
type TermsChanges struct {
	layout.Page
	Name         string
	Number, With int // With is 0 when there was nothing before
	EffectiveOn  string
	State        string
	Summary      string // the operator's own words
	Reason       string
	Changes      components.Redline
	Same         bool
	Versions     []VersionLink
	URL          string // of this page, without the choice
	WholeURL     string
}
