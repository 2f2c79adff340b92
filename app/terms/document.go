package terms

// Document names one of the operator's documents.
type Document string

// The documents. Each has a founding text from the first start; one that an older
// installation lacks begins when staff announce its first version.
const (
	Service       Document = "terms"
	Privacy       Document = "privacy"
	AcceptableUse Document = "acceptable_use"
	Processing    Document = "data_processing"
)

// Documents is every document, in the order of pages.
var Documents = []Document{Service, Privacy, AcceptableUse, Processing}

// Name is what people call it.
func (d Document) Name() string {
	switch d {
	case Service:
		return "Terms of service"
	case Privacy:
		return "Privacy"
	case AcceptableUse:
		return "Acceptable use"
	case Processing:
		return "Data processing agreement"
	}
	return string(d)
}

// Valid reports whether the document exists.
func (d Document) Valid() bool { return d.place() < len(Documents) }

func (d Document) place() int {
	for i, one := range Documents {
		if one == d {
			return i
		}
	}
	return len(Documents)
}
