package message

import (
	"cmp"
	"slices"
	"time"

	"smtpserver/app/id"
)

// Hour holds running counters of what became known in one hour, by whose servers said it.
// A bounce that comes later, and a complaint, count in the hour in which they come.
type Hour struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Hour       string `gorm:"primaryKey"` // UTC
	Stream     Stream `gorm:"primaryKey"`
	Provider   string `gorm:"primaryKey"`
	Ended      int64  // delivered or bounced, at first
	Hard       int64  // bounced because of the recipient
	Refused    int64  // bounced because of what the mail says or whom it is from
	Complained int64
}

// TableName implements gorm's naming.
func (Hour) TableName() string { return "outcome_hours" }

const hourForm = "2006-01-02T15"

// HourOf returns the hour that a time belongs to.
func HourOf(t time.Time) string { return t.UTC().Format(hourForm) }

// blame are the verdicts that speak against what a mail says or whom it is from.
var blame = []string{"spam_content", "bad_link", "virus", "domain_reputation", "policy"}

// Judged is what a server's answer said of a delivery.
type Judged struct {
	State    State
	Class    Class
	Verdict  string
	Provider string
}

// hard and refused report which kind of bounce it is.
func (j Judged) hard() bool    { return j.State == Bounced && j.Class == ClassRecipient }
func (j Judged) refused() bool { return j.State == Bounced && slices.Contains(blame, j.Verdict) }

// Bad reports whether it speaks against the sender.
func (j Judged) Bad() bool { return j.hard() || j.refused() }

// Hours collects changes of hours.
type Hours map[hourKey]*Hour

type hourKey struct {
	account        id.ID
	hour, provider string
	stream         Stream
}

func (h Hours) of(d *Delivery, provider string, at time.Time) *Hour {
	key := hourKey{d.AccountID, HourOf(at), provider, d.Stream}
	if h[key] == nil {
		h[key] = &Hour{AccountID: d.AccountID, Hour: key.hour, Stream: d.Stream, Provider: provider}
	}
	return h[key]
}

// End counts a delivery that was judged at a moment; late says that it counted as
// delivered before.
func (h Hours) End(d *Delivery, j Judged, late bool, at time.Time) {
	if j.State != Delivered && j.State != Bounced {
		return
	}
	hour := h.of(d, j.Provider, at)
	if !late {
		hour.Ended++
	}
	if j.hard() {
		hour.Hard++
	}
	if j.refused() {
		hour.Refused++
	}
}

// Complain counts a complaint about a delivery.
func (h Hours) Complain(d *Delivery, at time.Time) { h.of(d, "", at).Complained++ }

// rows are the changes in a fixed order, as locks are taken.
func (h Hours) rows() []Hour {
	rows := make([]Hour, 0, len(h))
	for _, one := range h {
		rows = append(rows, *one)
	}
	slices.SortFunc(rows, func(a, b Hour) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Provider, b.Provider))
	})
	return rows
}

// Blame notes for a campaign what kind of bounce it was.
func (d *Day) Blame(j Judged) {
	if j.hard() {
		d.Hard++
	}
	if j.refused() {
		d.Rejected++
	}
}
