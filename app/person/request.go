package person

import (
	"time"

	"smtpserver/app/id"
)

// Wish is what a person wants.
type Wish string

// The wishes.
const (
	Tell  Wish = "tell"  // what is held
	Erase Wish = "erase" // it
)

// State is where an account's request stands.
type State string

// The states. Sent and Erased grant the wish.
const (
	Open     State = "open"
	Sent     State = "sent"
	Erased   State = "erased"
	Declined State = "declined"
)

// Request is what one account is asked by one person.
type Request struct {
	ID         id.ID
	Address    string
	Wish       Wish
	State      State
	AskedAt    time.Time
	DueAt      time.Time
	Reason     string // why it was declined
	AnsweredAt *time.Time

	inquiry id.ID
}

// Inquiry is what a person asked for, behind the link of their mail.
type Inquiry struct {
	Address   string
	Tell      bool
	Erase     bool
	ExpiresAt time.Time
	AskedAt   *time.Time // nil until the link was used
	Answers   []Answer   // those that came, the earliest first
}

// Answer is what an account answered.
type Answer struct {
	Sender     string // the account's name
	Wish       Wish
	State      State
	Reason     string
	AnsweredAt time.Time
	Until      time.Time // when its link ends
	Data       []byte    // JSON, of what was sent
}

const (
	// LinkLife is how long the mailed link can be used.
	LinkLife = 24 * time.Hour
	// StatusLife is how long it shows what became of the request.
	StatusLife = 90 * 24 * time.Hour
	// Deadline is how long accounts have: a month, GDPR article 12 (3).
	Deadline = 30 * 24 * time.Hour
	// AnswerLife is how long an answer can be opened.
	AnswerLife = 7 * 24 * time.Hour

	asksOfNetwork = 60 // in an hour
	mailsPerHour  = 5  // to one address

	leastReason = 10
	mostReason  = 1000
)
