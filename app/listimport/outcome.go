package listimport

import (
	"maps"
	"slices"
)

// Code is what became of one row: an octet in import_outcomes. Codes are stored: give new
// ones new numbers.
type Code byte

// The codes.
const (
	Added     Code = 1
	Updated   Code = 2
	Unchanged Code = 3

	DuplicateRow Code = 10

	OnSuppressionList Code = 20
	OptedOut          Code = 21

	NoAddress     Code = 30
	BadAddress    Code = 31
	RoleAddress   Code = 32
	Disposable    Code = 33
	DeadDomain    Code = 34
	TypoDomain    Code = 35
	OverPlan      Code = 36
	BadName       Code = 40
	BadKind       Code = 41
	BadCompany    Code = 42
	BadLanguage   Code = 43
	BadTimeZone   Code = 44
	BadField      Code = 45
	TooLong       Code = 50
	OpenQuote     Code = 51
	TooManyCells  Code = 52
	BadEncoding   Code = 53
	ControlOctets Code = 54
)

// Class is the figure that a row counts in.
type Class string

// The classes; they add up to the rows of the file.
const (
	ClassAdded      Class = "added"
	ClassUpdated    Class = "updated"
	ClassUnchanged  Class = "unchanged"
	ClassDuplicate  Class = "duplicate"
	ClassSuppressed Class = "suppressed"
	ClassRejected   Class = "rejected"
)

// Classes are all of them, in the order of pages.
var Classes = []Class{ClassAdded, ClassUpdated, ClassUnchanged, ClassDuplicate, ClassSuppressed, ClassRejected}

// Valid reports whether a class of that name exists.
func (c Class) Valid() bool { return slices.Contains(Classes, c) }

// Class returns the figure that the code counts in.
func (c Code) Class() Class {
	switch {
	case c == Added:
		return ClassAdded
	case c == Updated:
		return ClassUpdated
	case c == Unchanged:
		return ClassUnchanged
	case c < 20:
		return ClassDuplicate
	case c < 30:
		return ClassSuppressed
	}
	return ClassRejected
}

var reasons = map[Code]string{
	Added:             "added",
	Updated:           "updated",
	Unchanged:         "was there already, with nothing to change",
	DuplicateRow:      "the same address stands further up in the file; the first counts",
	OnSuppressionList: "on the suppression list: this address is not mailed",
	OptedOut:          "opted out of what the list is about",
	NoAddress:         "no address in the row",
	BadAddress:        "not a valid e-mail address",
	RoleAddress:       "the address of a machine or a duty, which nobody signs up with",
	Disposable:        "an address made to be thrown away",
	DeadDomain:        "the domain does not exist or takes no mail",
	TypoDomain:        "the domain looks mistyped",
	OverPlan:          "over your plan: it has no room for more contacts",
	BadName:           "the name is too long",
	BadKind:           "the kind is neither individual nor corporate",
	BadCompany:        "the company is too long",
	BadLanguage:       "the language is no code such as en or pt-BR",
	BadTimeZone:       "the time zone is no name such as Europe/Berlin",
	BadField:          "a custom field does not take the value",
	TooLong:           "the row is longer than a row can be",
	OpenQuote:         "a quotation mark is opened and never closed",
	TooManyCells:      "more cells than the heading has columns",
	BadEncoding:       "holds octets that are no text in this encoding",
	ControlOctets:     "holds octets that are no text",
}

// Reason says in words why the row counts where it does.
func (c Code) Reason() string { return reasons[c] }

// Counts are the figures of one pass over the file.
type Counts struct {
	Rows       int64
	Added      int64
	Updated    int64
	Unchanged  int64
	Duplicate  int64
	Suppressed int64
	Rejected   int64
	Reasons    map[Code]int64 `json:",omitempty"` // rows by code
	Removed    int64          `json:",omitempty"` // by an undo
	Restored   int64          `json:",omitempty"`
	Kept       int64          `json:",omitempty"` // touched since, so left by the undo
}

// Of returns the figure of a class.
func (c Counts) Of(class Class) int64 {
	return map[Class]int64{
		ClassAdded: c.Added, ClassUpdated: c.Updated, ClassUnchanged: c.Unchanged,
		ClassDuplicate: c.Duplicate, ClassSuppressed: c.Suppressed, ClassRejected: c.Rejected,
	}[class]
}

// Add counts one more row.
func (c *Counts) Add(code Code) {
	if c.Reasons == nil {
		c.Reasons = map[Code]int64{}
	}
	c.Rows++
	c.Reasons[code]++
	switch code.Class() {
	case ClassAdded:
		c.Added++
	case ClassUpdated:
		c.Updated++
	case ClassUnchanged:
		c.Unchanged++
	case ClassDuplicate:
		c.Duplicate++
	case ClassSuppressed:
		c.Suppressed++
	case ClassRejected:
		c.Rejected++
	}
}

// clone copies the figures, so that a transaction that is tried again counts once.
func (c Counts) clone() Counts {
	c.Reasons = maps.Clone(c.Reasons)
	return c
}
