package tracking

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Report is what is known of the visits to a campaign's mails.
type Report struct {
	Opens, Clicks Visits
	Left          int64 // who unsubscribed by one of its mails
	Links         []Link
	Providers     []Provider
	Hours         []Hour // those with visits, in their order
}

// Visits are told apart by who seems to have come.
type Visits struct{ Human, Machine, Unknown Count }

// Count has the mails, or links of mails, each once, and all visits to them.
type Count struct{ Unique, Total int64 }

// Link is a link in the mails of a campaign.
type Link struct {
	Number int    // its place in the mail; 0: links that differ too much to be told apart
	Target string // without its query
	Clicks Visits
}

// Provider is where mails went together; see delivery.DestinationName.
type Provider struct {
	Destination   string // "": others
	Opens, Clicks Visits
	Left          int64
}

// Hour is one hour.
type Hour struct {
	At            time.Time
	Opens, Clicks Visits
	Left          int64
}

func (v *Visits) of(verdict Verdict) *Count {
	switch verdict {
	case Human:
		return &v.Human
	case Machine:
		return &v.Machine
	}
	return &v.Unknown
}

func linkSubject(number int, target string) string { return fmt.Sprintf("%04d %s", number, target) }

func readLink(subject string) Link {
	number, target, _ := strings.Cut(subject, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return Link{}
	}
	return Link{Number: n, Target: target}
}
