package pages

import (
	"strings"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// StaffSegments are the saved sets of customers.
type StaffSegments struct {
	layout.Page
	Rows []StaffSegmentRow
}

// StaffSegmentRow is one segment, counted now.
type StaffSegmentRow struct {
	ID, Name, Rules   string
	Accounts, Reached int64
}

// StaffSegment is the form of one, with whom it finds now.
type StaffSegment struct {
	layout.Page
	ID                                                       string // "" when it is new
	Name, Kind, State                                        string
	MinAge, MaxAge, MinSent, MaxSent                         string // as typed
	Countries                                                []string
	AllCountries                                             []components.Option
	Counted                                                  bool
	Accounts, People, Unconfirmed, Refused, Bounced, Reached int64
	Errors                                                   Errors
}

var segmentOrder = []string{"name", "kind", "state", "countries", "min_age", "max_age", "min_sent", "max_sent"}

var segmentKinds = []components.Option{{Value: "", Label: "Both"}, {Value: "individual", Label: "Individuals"}, {Value: "business", Label: "Businesses"}}

var segmentStates = []components.Option{{Value: "", Label: "Active or paused"}, {Value: "active", Label: "Active"}, {Value: "paused", Label: "Paused"}}

func (v StaffSegment) sentence() string {
	people := components.Plural(v.People, "person owns", "people own")
	if v.Reached == v.People {
		return people + " " + components.Plural(v.Accounts, "such account", "such accounts") + " now. A mailing reaches every one of them."
	}
	return people + " " + components.Plural(v.Accounts, "such account", "such accounts") + " now. A mailing reaches " + components.Count(v.Reached) + " of them."
}

// SegmentParts are the rules of a segment in words.
type SegmentParts struct {
	Kind, State             string
	Countries               []string
	MinAge, MaxAge, MinSent int
	MaxSent                 *int
	UsageDays               int
}

// Words is what a segment asks for.
func (r SegmentParts) Words() string {
	var parts []string
	switch r.Kind {
	case "individual":
		parts = append(parts, "individuals")
	case "business":
		parts = append(parts, "businesses")
	}
	if r.State != "" {
		parts = append(parts, r.State)
	}
	if len(r.Countries) > 0 {
		parts = append(parts, "in "+strings.Join(r.Countries, ", "))
	}
	if r.MinAge > 0 {
		parts = append(parts, "customer for at least "+components.Plural(int64(r.MinAge), "day", "days"))
	}
	if r.MaxAge > 0 {
		parts = append(parts, "customer for at most "+components.Plural(int64(r.MaxAge), "day", "days"))
	}
	usage := " in the last " + components.Plural(int64(r.UsageDays), "day", "days")
	switch {
	case r.MaxSent != nil && *r.MaxSent == 0:
		parts = append(parts, "sent nothing"+usage)
	case r.MaxSent != nil && r.MinSent > 0:
		parts = append(parts, "sent "+components.Count(int64(r.MinSent))+" to "+components.Count(int64(*r.MaxSent))+" messages"+usage)
	case r.MaxSent != nil:
		parts = append(parts, "sent at most "+components.Count(int64(*r.MaxSent))+" messages"+usage)
	case r.MinSent > 0:
		parts = append(parts, "sent at least "+components.Count(int64(r.MinSent))+" messages"+usage)
	}
	if len(parts) == 0 {
		return "every customer"
	}
	return strings.Join(parts, " · ")
}
