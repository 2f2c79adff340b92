package contact

import (
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Consent is one entry of the ledger.
type Consent struct {
	AccountID id.ID       `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID       `gorm:"column:consent_id;primaryKey"`
	Address   string      // canonical; "" when ImportID stands for everybody of an import
	Kind      ConsentKind // what happened
	Source    Source
	Wording   string // what was agreed to, or how the account says it came about
	Subject   string // the list or topic in words; "" the account's mail in general
	Proof     string // of a double opt-in
	IP        string
	ImportID  id.ID
	ActorID   id.ID // the member who entered it
	At        time.Time
}

// TableName implements gorm's naming.
func (Consent) TableName() string { return "consents" }

// ConsentKind is what an entry of the ledger tells.
type ConsentKind string

// The kinds. Asked is a form sent in; only its confirmation is a consent.
const (
	Given     ConsentKind = "given"
	Asked     ConsentKind = "asked"
	Confirmed ConsentKind = "confirmed"
	Withdrawn ConsentKind = "withdrawn"
)

// Source is where something about a contact came from.
type Source string

// The sources.
const (
	ByHand        Source = "hand"
	ByImport      Source = "import"
	ByForm        Source = "form"
	ByPreferences Source = "preferences"
)

const (
	leastWording = 15
	mostWording  = 1000
)

// CheckWording judges a statement of consent: a sentence that could be shown to whoever
// complains, not a word to get past the field.
func CheckWording(s string) (string, error) {
	s = strings.TrimSpace(cleanText(s))
	switch n := utf8.RuneCountInString(s); {
	case n < leastWording || len(strings.Fields(s)) < 3:
		return s, fault.Field("consent", "Say in a sentence how these people agreed to get your mail, and when.")
	case n > mostWording:
		return s, fault.Field("consent", "At most 1,000 characters, please.")
	}
	return s, nil
}
