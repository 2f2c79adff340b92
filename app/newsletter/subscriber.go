package newsletter

import (
	"time"

	"smtpserver/app/id"
)

// Subscriber is somebody who confirmed that they want the newsletter.
type Subscriber struct {
	ID          id.ID `gorm:"column:subscriber_id;primaryKey"`
	Address     string
	Given       string
	Language    string
	State       State
	LeftBy      string // "" or ByMail
	ConfirmedAt time.Time
	LeftAt      *time.Time
}

// TableName implements gorm's Tabler.
func (Subscriber) TableName() string { return "subscribers" }

// State is where a subscriber stands.
type State string

// The states.
const (
	Subscribed State = "confirmed"
	Gone       State = "left"
)

// Ways to say that one wants no more.
const (
	ByMail     = "mail"     // the link or button of a mailing
	BySettings = "settings" // the owner's own settings
	byKept     = "kept"     // left by a mail as an owner, and came back for the newsletter alone
)

// Evidence is one thing that somebody did about the newsletter.
type Evidence struct {
	ID       id.ID `gorm:"column:evidence_id;primaryKey"`
	Address  string
	Given    string
	Kind     EvidenceKind
	Language string
	Wording  string // as they read it
	Proof    string
	AskedID  id.ID  // the form that this confirms
	IP       string `gorm:"column:ip"`
	At       time.Time
}

// TableName implements gorm's Tabler.
func (Evidence) TableName() string { return "subscriber_evidence" }

// EvidenceKind is what was done.
type EvidenceKind string

// The kinds.
const (
	Asked     EvidenceKind = "asked"
	Confirmed EvidenceKind = "confirmed"
	Left      EvidenceKind = "left"
	Returned  EvidenceKind = "returned" // took back that they left
)

// AskLife is how long the link of a confirmation mail works.
const AskLife = 7 * 24 * time.Hour

// Bounds of what strangers send in, so that nobody fills a mailbox with confirmations.
const (
	mailsToAddress = 3   // in a day
	formsOfNetwork = 20  // in an hour
	formsOfAnHour  = 500 // from everywhere
)

// refusal is an owner who does not want the operator's mailings.
type refusal struct {
	UserID    id.ID `gorm:"primaryKey"`
	Address   string
	Source    string
	RefusedAt time.Time
}

// TableName implements gorm's Tabler.
func (refusal) TableName() string { return "news_refusals" }
