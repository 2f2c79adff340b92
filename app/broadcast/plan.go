package broadcast

import "time"

// When says how sending goes over time.
type When string

// The ways.
const (
	Now    When = "now"
	At     When = "at"     // all at a time
	InZone When = "zone"   // at that time of day where each recipient lives
	Spread When = "spread" // evenly from a time until another
)

// Plan says when recipients are due.
type Plan struct {
	When  When      `json:"when"`
	At    time.Time `json:"at,omitzero"`    // at, spread: the moment; zone: the wall clock, written as UTC
	Until time.Time `json:"until,omitzero"` // spread
	Zone  string    `json:"zone,omitempty"` // IANA, of the sender: business hours, and recipients whose own is not known
	Hours Hours     `json:"hours,omitzero"` // zero: any time
}

// Hours are business hours: outside of them nothing is handed over.
type Hours struct {
	From int            `json:"from,omitempty"` // minutes after midnight
	To   int            `json:"to,omitempty"`
	Days []time.Weekday `json:"days,omitempty"`
}

// Zoned reports whether the plan goes by where recipients live: then, and only then,
// their rows carry a zone.
func (p Plan) Zoned() bool { return p.When == InZone }
