package pages

import "time"

// Held is what an account holds of a person.
type Held struct {
	None     bool // but the request itself
	Facts    [][2]string
	Lists    []string
	Topics   []TopicState
	Consents []ConsentRow
	Stopped  []SuppressionRow
	Mail     []HeldMail
	Count    int // of mail; Mail holds the latest
	More     bool
}

// HeldMail is one mail to them.
type HeldMail struct {
	Subject, State, Stream string
	At                     time.Time
}
