package newsletter

import (
	"encoding/json"
	"fmt"
	"slices"

	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Audience is whom a mailing goes to: owners of accounts and subscribers, and nobody else.
type Audience struct {
	Owners      bool   `json:"owners,omitempty"` // of every account that is not closed
	Segments    []Part `json:"segments,omitempty"`
	Subscribers bool   `json:"subscribers,omitempty"`
}

// Part is one segment of the audience, with its name when it was chosen.
type Part struct {
	ID   id.ID  `json:"id"`
	Name string `json:"name"`
}

// Parts of every mailing that are no segment.
const (
	PartOwners     = "owners"
	PartNewsletter = "newsletter"
)

// Empty reports whether it names nobody.
func (a Audience) Empty() bool { return !a.Owners && !a.Subscribers && len(a.Segments) == 0 }

// Parts are its parts with their names, in the order of a report.
func (a Audience) Parts() (parts []Part) {
	if a.Owners {
		parts = append(parts, Part{PartOwners, "All owners"})
	}
	parts = append(parts, a.Segments...)
	if a.Subscribers {
		parts = append(parts, Part{PartNewsletter, "Newsletter"})
	}
	return parts
}

// Has reports whether a segment is part of it.
func (a Audience) Has(segmentID id.ID) bool {
	return slices.ContainsFunc(a.Segments, func(p Part) bool { return p.ID == segmentID })
}

// AudienceOf reads a mailing's audience.
func AudienceOf(c broadcast.Campaign) (a Audience, err error) {
	if c.Kind != broadcast.Mailing {
		return a, fault.New(fault.NotFound, noMailing)
	}
	if len(c.Audience) == 0 {
		return a, nil
	}
	if err := json.Unmarshal(c.Audience, &a); err != nil {
		return a, fmt.Errorf("newsletter: the audience of mailing %s: %w", c.ID, err)
	}
	return a, nil
}
