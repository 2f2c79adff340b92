package broadcast

import (
	"encoding/json"
	"time"

	"smtpserver/app/content"
	"smtpserver/app/id"
)

// Campaign is one message to a frozen audience.
type Campaign struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID          id.ID `gorm:"column:campaign_id;primaryKey"`
	Kind        Kind
	Name        string
	Audience    json.RawMessage `gorm:"serializer:json"` // opaque; its kind's Audience reads it
	ParentID    id.ID           // the campaign that it follows; ""
	Follows     Follows
	SeriesID    id.ID // the first of the campaigns that follow each other
	DomainID    id.ID // "": a draft without one
	FromName    string
	FromLocal   string
	ReplyTo     string
	TopicID     id.ID     // what people leave when they leave it; "": everything
	Content     []Variant `gorm:"serializer:json"`
	TrackOpens  bool
	TrackClicks bool
	Plan        Plan `gorm:"serializer:json"`
	Test        Test `gorm:"serializer:json"`
	Winner      int  // variant; NoWinner while it is open
	State       State
	Reason      string // of the state, for people
	Asks        Question
	StartAt     *time.Time // when freezing begins
	RepeatAt    *time.Time // when to look for new members next; nil: it does not repeat
	Round       int        // that a campaign made by itself for new members; 0: a person made it
	Position    string     // how far the freezing is
	Settled     bool       // what waits in the queue is as the state says
	LeaseOwner  string
	LeaseUntil  *time.Time
	Fence       int64
	NextAt      *time.Time // when to look at it next; nil: nothing to do
	Revision    int64      // grows with each change by a person
	CreatedBy   id.ID
	CreatedAt   time.Time
	ChangedAt   time.Time
	StartedAt   *time.Time
	FrozenAt    *time.Time
	TestedAt    *time.Time // when the last message of the test was handed over
	FinishedAt  *time.Time
	Sample      int        // bands that get it first: NoSample when all do, 0 while nobody has judged
	SampleWhy   string     // why, for people
	SampledAt   *time.Time // when the last of the sample was handed over
	Looked      int64      // digest of the content that was looked at and may be sent
}

// NoSample is the sample of a campaign whose whole audience may get it.
const NoSample = -1

// TableName implements gorm's naming.
func (Campaign) TableName() string { return "campaigns" }

// Kind says whose campaign it is, and so which Audience answers for it.
type Kind string

// The kinds.
const (
	ToContacts Kind = "campaign"   // a customer's
	Mailing    Kind = "mailing"    // the operator's
	Automation Kind = "automation" // a step of a customer's automation
)

// State is where a campaign stands; see the package's documentation.
type State string

// The states.
const (
	Draft     State = "draft"
	Scheduled State = "scheduled"
	Freezing  State = "freezing"
	Sending   State = "sending"
	Paused    State = "paused"
	Done      State = "done"
	Cancelled State = "cancelled"
)

// States lists them, as a filter offers them.
var States = []State{Draft, Scheduled, Freezing, Sending, Paused, Done, Cancelled}

// Question is what a campaign waits for a person to decide.
type Question string

// The questions.
const (
	Nothing      Question = ""
	AsksLate     Question = "late"     // its time is more than six hours past
	AsksRestored Question = "restored" // the database came from a backup: some may have it already

)

// Follows says how the audience of a campaign comes from the one that it follows.
type Follows string

// The ways.
const (
	FollowsNone     Follows = ""
	FollowsUnopened Follows = "unopened" // those it was delivered to and who have not opened it
	FollowsNew      Follows = "new"      // those who were in no campaign of the series
)

// Variant is one content of a campaign. Several are tested against each other.
type Variant struct {
	Name   string         `json:"name,omitempty"`
	Source content.Source `json:"source"`
}

// NoWinner is the winner of a test that is open.
const NoWinner = -1

// Test says how the winner among variants is found.
type Test struct {
	Share int           `json:"share,omitempty"` // percent of the audience that gets a variant before one wins; 100: all, evenly
	By    Measure       `json:"by,omitempty"`
	After time.Duration `json:"after,omitempty"` // from the last message of the test on; 0: a person chooses
}

// Measure is what a test counts, of people only.
type Measure string

// The measures.
const (
	ByOpens   Measure = "opens"
	ByClicks  Measure = "clicks"
	ByLeaving Measure = "unsubscribes" // the fewest win
)

// Tested reports whether variants are tested before one goes to the rest.
func (c Campaign) Tested() bool { return len(c.Content) > 1 }

// Editable reports whether a person may change what is sent, and to whom.
func (c Campaign) Editable() bool { return c.State == Draft }

// Ended reports whether nothing happens any more.
func (c Campaign) Ended() bool { return c.State == Done || c.State == Cancelled }

// mostLate is how long after its time a campaign still starts by itself.
const mostLate = 6 * time.Hour
