package content

// Kind is the language a body is written in.
type Kind string

// The kinds.
const (
	MJML     Kind = "mjml"
	HTML     Kind = "html"
	Markdown Kind = "markdown"
)

// Kinds is each kind, as a form offers them.
func Kinds() []Kind { return []Kind{MJML, HTML, Markdown} }

// Source is a content as the person wrote it.
type Source struct {
	Kind      Kind   `json:"kind"`
	Subject   string `json:"subject"`
	Preheader string `json:"preheader"`
	Body      string `json:"body"`           // with Liquid fields
	Text      string `json:"text,omitempty"` // "": made from Body
}

// Person is whom a mail is for. Only these strings reach a template.
type Person struct {
	Email, Name, Company, Language string

	Fields map[string]string // {{ fields.key }}

	UnsubscribeURL, PreferencesURL, ViewURL string

	Sender, SenderAddress string // the account's name and postal address
}

// Rendered is the mail of one person.
type Rendered struct{ Subject, HTML, Text string }

// The limits of a source. What is longer is refused when it is saved.
const (
	MaxSubject   = 250
	MaxPreheader = 250
	MaxBody      = 512 << 10
	MaxText      = 256 << 10
	MaxOutput    = 1 << 20 // of one rendered part
)

// Sample is somebody made up, for checks and previews.
func Sample() Person {
	return Person{
		Email: "ada@example.com", Name: "Ada Lovelace", Company: "Analytical Engines", Language: "en",
		Fields:         map[string]string{},
		UnsubscribeURL: "https://example.com/u/sample", PreferencesURL: "https://example.com/u/sample?topics", ViewURL: "https://example.com/v/sample",
		Sender: "Your Company", SenderAddress: "1 Example Street, London",
	}
}
