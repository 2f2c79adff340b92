package terms

import _ "embed"

// The texts of version 1, stored at the first start. Later versions are data only.
var (
	//go:embed founding_terms.md
	foundingTerms string
	//go:embed founding_privacy.md
	foundingPrivacy string
	//go:embed founding_acceptable_use.md
	foundingUse string
	//go:embed founding_data_processing.md
	foundingProcessing string
)

var founding = []struct {
	document        Document
	title, markdown string
}{
	{Service, "Terms of service", foundingTerms},
	{Privacy, "Privacy", foundingPrivacy},
	{AcceptableUse, "Acceptable use", foundingUse},
	{Processing, "Data processing agreement", foundingProcessing},
}

// mayFound reports whether a document may begin with its founding text: where customers
// are already, what did not bind them so far is announced to them like any change.
func mayFound(document Document, customers bool) bool {
	return document == Service || document == Privacy || !customers
}

// suggestion is the text that a document without any version is drafted from.
func suggestion(document Document) string {
	for _, f := range founding {
		if f.document == document {
			return f.markdown
		}
	}
	return ""
}
