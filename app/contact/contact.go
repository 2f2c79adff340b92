package contact

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Contact is one person, or the mailbox of a corporate entity.
type Contact struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	ID         id.ID  `gorm:"column:contact_id;primaryKey"`
	Address    string // canonical
	Given      string // as it was given
	Name       string
	NameKey    string
	Kind       Kind
	Company    string
	CompanyKey string
	Language   string
	TimeZone   string
	Attributes map[string]string `gorm:"serializer:json"` // custom fields by key, as Field.Parse writes them
	Revision   int
	ImportID   id.ID
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// TableName implements gorm's naming.
func (Contact) TableName() string { return "contacts" }

// Kind tells people from corporate entities.
type Kind string

// The kinds.
const (
	Individual Kind = "individual"
	Corporate  Kind = "corporate"
)

// Draft is what a person, a row or a form says about a contact. Empty means unknown.
type Draft struct {
	Email      string
	Name       string
	Kind       string
	Company    string
	Language   string
	TimeZone   string
	Attributes map[string]string // by the field's key
}

// Names of a draft's parts in forms; custom fields are "field_" and their key.
const (
	PartEmail    = "email"
	PartName     = "name"
	PartKind     = "kind"
	PartCompany  = "company"
	PartLanguage = "language"
	PartTimeZone = "time_zone"
	PartField    = "field_"
)

const (
	maxText  = 200  // characters of a name or a company
	maxValue = 1000 // of a custom text
	maxKey   = 100  // of what is compared
)

// Check judges a draft and returns the contact it describes, without ids or times.
// What is wrong is named by part.
func (d Draft) Check(fields []Field) (Contact, map[string]string) {
	problems := map[string]string{}
	c := Contact{Kind: Individual, Attributes: map[string]string{}}
	mailbox, err := address.Parse(strings.TrimSpace(d.Email))
	if err != nil || strings.HasPrefix(mailbox.Domain, "[") || !strings.Contains(mailbox.Domain, ".") {
		problems[PartEmail] = "This is no e-mail address that a list can hold."
	} else {
		c.Address, c.Given = mailbox.Key(), strings.TrimSpace(d.Email)
	}
	read := func(part, typed string, parse func(string) (string, error)) string {
		value, err := parse(typed)
		if err != nil {
			problems[part] = fault.SafeText(err)
		}
		return value
	}
	c.Name = read(PartName, d.Name, shortText)
	c.Company = read(PartCompany, d.Company, shortText)
	c.Language = read(PartLanguage, d.Language, parseLanguage)
	c.TimeZone = read(PartTimeZone, d.TimeZone, parseZone)
	if kind := read(PartKind, d.Kind, parseKind); kind != "" {
		c.Kind = Kind(kind)
	}
	c.NameKey, c.CompanyKey = Fold(c.Name), Fold(c.Company)
	for _, f := range fields {
		value := read(PartField+f.Key, d.Attributes[f.Key], f.Parse)
		if value != "" {
			c.Attributes[f.Key] = value
		}
	}
	return c, problems
}

// refusal turns the problems of a draft into an error of its form.
func refusal(problems map[string]string) error {
	if len(problems) == 0 {
		return nil
	}
	return &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: problems}
}

// Fold makes the key by which text is found: lower case, composed, cut.
func Fold(s string) string {
	return cut(strings.ToLower(norm.NFC.String(strings.TrimSpace(s))), maxKey)
}

func cut(s string, most int) string {
	if len(s) <= most || utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

// shortText tidies a line of text: composed, one space where there was any space.
func shortText(s string) (string, error) {
	s = tidy(s)
	if utf8.RuneCountInString(s) > maxText {
		return "", fault.Newf(fault.Invalid, "At most %d characters, please.", maxText)
	}
	return s, nil
}

func tidy(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == utf8.RuneError:
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.Join(strings.Fields(s), " ")
}

// isPlain spares nearly every value the work of tidy.
func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// kindWords are what lists write for the two kinds.
var kindWords = map[string]Kind{
	"individual": Individual, "person": Individual, "private": Individual, "consumer": Individual, "b2c": Individual, "i": Individual,
	"privat": Individual, "particulier": Individual, "particular": Individual,
	"corporate": Corporate, "company": Corporate, "business": Corporate, "organisation": Corporate, "organization": Corporate, "b2b": Corporate, "c": Corporate,
	"firma": Corporate, "unternehmen": Corporate, "entreprise": Corporate, "empresa": Corporate, "corporate entity": Corporate,
}

func parseKind(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return "", nil
	}
	kind, ok := kindWords[s]
	if !ok {
		return "", fault.New(fault.Invalid, "The kind is individual or corporate.")
	}
	return string(kind), nil
}

func parseLanguage(s string) (string, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "_", "-")
	if s == "" {
		return "", nil
	}
	if known, ok := commonLanguages[s]; ok {
		return known, nil
	}
	tag, err := language.Parse(s)
	if err != nil || len(s) > 35 || tag == language.Und {
		return "", fault.New(fault.Invalid, "The language is a code such as en, de or pt-BR.")
	}
	return tag.String(), nil
}

var commonLanguages = map[string]string{"en": "en", "de": "de", "fr": "fr", "es": "es", "it": "it", "nl": "nl", "pt": "pt", "pl": "pl"}

func parseZone(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if !zones.known(s) {
		return "", fault.New(fault.Invalid, "The time zone is a name such as Europe/Berlin.")
	}
	return s, nil
}

// String names the contact for people.
func (c Contact) String() string {
	if c.Name == "" {
		return c.Address
	}
	return fmt.Sprintf("%s <%s>", c.Name, c.Address)
}
