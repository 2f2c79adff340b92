package domain

import (
	"time"

	"golang.org/x/net/idna"

	"smtpserver/app/id"
)

// State is where a domain is in its life.
type State string

// The states.
const (
	Pending  State = "pending"
	Verified State = "verified"
	Warning  State = "warning"
	Lost     State = "lost"
)

// Domain is a sending domain of one account.
type Domain struct {
	ID           id.ID
	AccountID    id.ID
	Name         string // lower-case A-labels
	State        State
	Reason       string     // why it is in this state, for people
	ReturnPath   string     // host name of the envelope sender; a CNAME to ours
	TrackingHost string     // host name of links; a CNAME to ours
	DNSHost      string     // who runs its zone, as far as the name servers tell
	VerifiedAt   *time.Time // last time that every required record was seen good; nil: never
	FailingSince *time.Time // since when a required record is wrong; nil: none is
	CheckedAt    *time.Time // when we last began to look
	NextCheckAt  time.Time
	CreatedAt    time.Time
}

// MaySend reports whether mail may be sent from the domain now.
func (d Domain) MaySend() bool { return d.State == Verified || d.State == Warning }

// RepairBy returns until when a domain in state warning may be repaired, else the zero time.
func (d Domain) RepairBy() time.Time {
	if d.State != Warning || d.FailingSince == nil {
		return time.Time{}
	}
	return d.FailingSince.Add(graceToRepair)
}

// Unicode returns the name for people, with U-labels.
func (d Domain) Unicode() string { return unicodeName(d.Name) }

func unicodeName(name string) string {
	if u, err := idna.Display.ToUnicode(name); err == nil {
		return u
	}
	return name
}
