package campaign

import (
	"encoding/json"
	"fmt"
	"slices"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Audience is whom a campaign is for: everybody in one of the included sets and in none of
// the excluded ones. It is kept as it was chosen; who that is, is found when it is frozen.
type Audience struct {
	Include []Set `json:"include"`
	Exclude []Set `json:"exclude,omitempty"`
}

// Set is a list, a segment, or all contacts.
type Set struct {
	Kind SetKind `json:"kind"`
	ID   id.ID   `json:"id,omitempty"`
}

// SetKind is what a set is.
type SetKind string

// The kinds.
const (
	Everyone  SetKind = "everyone"
	OfList    SetKind = "list"
	OfSegment SetKind = "segment"
)

// mostSets bounds what one audience is made of.
const mostSets = 50

// String writes a set as forms carry it: "list:" and its id.
func (s Set) String() string {
	if s.Kind == Everyone {
		return string(Everyone)
	}
	return string(s.Kind) + ":" + string(s.ID)
}

// ParseSet reads what String writes.
func ParseSet(text string) (Set, error) {
	for _, kind := range []SetKind{OfList, OfSegment} {
		prefix := string(kind) + ":"
		if len(text) > len(prefix) && text[:len(prefix)] == prefix {
			setID, err := id.Parse(text[len(prefix):])
			if err == nil {
				return Set{kind, setID}, nil
			}
		}
	}
	if text == string(Everyone) {
		return Set{Kind: Everyone}, nil
	}
	return Set{}, fault.Field("include", "There is no such list or segment.")
}

// ParseAudience reads what a campaign keeps. Nothing chosen yet is an empty audience.
func ParseAudience(kept json.RawMessage) (a Audience, err error) {
	if len(kept) == 0 || string(kept) == "null" {
		return a, nil
	}
	if err := json.Unmarshal(kept, &a); err != nil {
		return a, fmt.Errorf("campaign: an audience cannot be read: %w", err)
	}
	return a, nil
}

// JSON writes it as a campaign keeps it.
func (a Audience) JSON() (json.RawMessage, error) {
	kept, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("campaign: audience: %w", err)
	}
	return kept, nil
}

// check refuses an audience that nobody can be in, or that asks for too much.
func (a Audience) check() error {
	switch {
	case len(a.Include) == 0:
		return fault.Field("include", "Choose at least one list or segment.")
	case len(a.Include)+len(a.Exclude) > mostSets:
		return fault.Field("include", "An audience is made of at most 50 lists and segments.")
	case slices.ContainsFunc(a.Exclude, func(s Set) bool { return s.Kind == Everyone || slices.Contains(a.Include, s) }):
		return fault.Field("exclude", "Nobody would be left: a list is both included and excluded.")
	}
	return nil
}
