package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// ContactList is an account's people, or those of a list or a segment.
type ContactList struct {
	layout.Page
	Query, In    string // what is looked for, and where
	Rows         []ContactRow
	Total        int64
	Older        string // the next page; ""
	Denied       string
	ExportDenied string
}

// ContactRow is one contact of a list.
type ContactRow struct {
	ID, Address, Name, Company, Kind string
	At                               time.Time
}

var searchOptions = []components.Option{{Value: "address", Label: "Address"}, {Value: "name", Label: "Name"}, {Value: "company", Label: "Company"}}

// ContactNew is the form for one contact.
type ContactNew struct {
	layout.Page
	ContactForm
	Consent string
	Lists   []ListChoice
	Denied  string
}

// ContactForm is what is known about a contact, as it is typed.
type ContactForm struct {
	Email, Name, Kind, Company, Language, TimeZone string
	Fields                                         []ContactField
	Errors                                         Errors
}

// ContactField is a custom field with its value.
type ContactField struct {
	Key, Label, Kind, Value string
	Choices                 []string
}

var contactKinds = []components.Option{
	{Value: "individual", Label: "An individual", Hint: "A person, whatever they do."},
	{Value: "corporate", Label: "A corporate entity", Hint: "A firm's mailbox, such as office@."},
}

func (f ContactForm) order() []string {
	order := []string{"email", "name", "kind", "company", "language", "time_zone"}
	for _, c := range f.Fields {
		order = append(order, "field_"+c.Key)
	}
	return append(order, "consent")
}

func (f ContactForm) field(c components.Field) components.Field {
	return c.With(f.Errors, f.order()...)
}

// custom is the control of a custom field.
func (f ContactForm) custom(c ContactField) components.Field {
	field := components.Field{Name: "field_" + c.Key, Label: c.Label, Value: c.Value, Optional: true}
	switch c.Kind {
	case "number":
		field.InputMode = "decimal"
	case "date":
		field.Type = "date"
	}
	return f.field(field)
}

func (c ContactField) options() []components.Option {
	options := []components.Option{{Value: "", Label: "Unknown"}}
	if c.Kind == "yes_no" {
		return append(options, components.Option{Value: "yes", Label: "Yes"}, components.Option{Value: "no", Label: "No"})
	}
	for _, choice := range c.Choices {
		options = append(options, components.Option{Value: choice, Label: choice})
	}
	return options
}

// ContactShow is one contact.
type ContactShow struct {
	layout.Page
	ID, Address, Given string
	At                 time.Time
	ContactForm
	Lists        []ListChoice // it is on
	Others       []components.Option
	Topics       []TopicState
	Suppressions []SuppressionRow
	Consents     []ConsentRow
	Mail         []MessageRow
	Campaigns    []SentRow // the latest in whose audience they were
	Denied       string
}

// SentRow is a campaign in whose audience a contact was.
type SentRow struct {
	ID, Name, State, Why string
	MessageID            string // "" when nothing was handed over
}

// TopicState is what the person said about a topic.
type TopicState struct {
	ID, Name, Choice string
	At               time.Time
}

// ConsentRow is one entry of the ledger.
type ConsentRow struct {
	Kind, Source, Wording, Subject, Proof, IP string
	ImportID                                  string
	At                                        time.Time
}

var consentWords = map[string]string{"given": "Consent recorded", "asked": "Asked for by form", "confirmed": "Confirmed by the person", "withdrawn": "Withdrawn"}

var sourceWords = map[string]string{"hand": "entered by hand", "import": "by import", "form": "by form", "preferences": "by their own preferences"}

// ContactFields is where custom fields are defined.
type ContactFields struct {
	layout.Page
	Rows                 []ContactField
	Label, Kind, Choices string
	Errors               Errors
	Denied               string
}

var fieldKinds = []components.Option{
	{Value: "text", Label: "Text"}, {Value: "number", Label: "Number"}, {Value: "date", Label: "Date"}, {Value: "yes_no", Label: "Yes or no"}, {Value: "choice", Label: "One of several"},
}

func fieldKindWord(kind string) string {
	for _, o := range fieldKinds {
		if o.Value == kind {
			return o.Label
		}
	}
	return kind
}
