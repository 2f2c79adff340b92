package terms

import _ "embed"

// The texts of version 1, stored at the first start. Later versions are data only.
var (
	//go:embed founding_terms.md
	foundingTerms string
	//go:embed founding_privacy.md
	foundingPrivacy string
)

var founding = []struct {
	document        Document
	title, markdown string
}{
	{Service, "Terms of service", foundingTerms},
	{Privacy, "Privacy", foundingPrivacy},
}
