package pages

import (
	"time"

	"smtpserver/views/layout"
)

// EmailChangeOwn begins a change of the person's own address, or shows the one under way
// (POST /security/email). Field: new_email.
type EmailChangeOwn struct {
	layout.Page
	Email, New   string
	Pending      bool
	OldAt, NewAt time.Time // zero: that side has not confirmed yet
	ExpiresAt    time.Time
	BackURL      string
	Typed        string
	Denied       string
	Capture      bool
	Errors       Errors
}

// EmailChangeShow is one side of a change, behind the link of its mail. Field: act
// (confirm, cancel).
type EmailChangeShow struct {
	layout.Page
	Token         string
	Gone          bool
	Old, New      string
	OldSide       bool
	Mine, Others  bool // which sides have confirmed
	ExpiresAt     time.Time
	Done, Stopped bool
	Errors        Errors
}

func (v EmailChangeShow) title() string {
	if v.OldSide {
		return "Give up this address?"
	}
	return "Use this address from now on?"
}

func (v EmailChangeShow) other() string {
	if v.OldSide {
		return v.New
	}
	return v.Old
}
