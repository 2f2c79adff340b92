package message

import (
	"cmp"
	"slices"
	"time"

	"smtpserver/app/id"
)

// Day holds an account's running counters of one day and stream. Outcomes count
// on the day of acceptance, so that each day's figures add up.
type Day struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Day        string `gorm:"primaryKey"` // UTC date
	Stream     Stream `gorm:"primaryKey"`
	Messages   int64
	Accepted   int64 // deliveries
	Delivered  int64
	Bounced    int64
	Suppressed int64
	Expired    int64
	Cancelled  int64
	Ambiguous  int64
	Complained int64 // of the delivered
}

// TableName implements gorm's naming.
func (Day) TableName() string { return "account_days" }

// DayOf returns the day a time belongs to.
func DayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Final is how many deliveries have ended.
func (d Day) Final() int64 {
	return d.Delivered + d.Bounced + d.Suppressed + d.Expired + d.Cancelled
}

// Count adds one delivery that reached a final state; waiting states count nothing.
func (d *Day) Count(s State) {
	switch s {
	case Delivered:
		d.Delivered++
	case Bounced:
		d.Bounced++
	case Suppressed:
		d.Suppressed++
	case Expired:
		d.Expired++
	case Cancelled:
		d.Cancelled++
	}
}

// Tally collects changes of counters, to be written in one statement.
type Tally map[dayKey]*Day

type dayKey struct {
	account id.ID
	day     string
	stream  Stream
}

// On returns the counters to change for an account, day and stream.
func (t Tally) On(accountID id.ID, at time.Time, s Stream) *Day {
	key := dayKey{accountID, DayOf(at), s}
	if t[key] == nil {
		t[key] = &Day{AccountID: accountID, Day: key.day, Stream: s}
	}
	return t[key]
}

// Rows returns the changes in a fixed order, so that two transactions lock
// counters in the same order and cannot deadlock.
func (t Tally) Rows() []Day {
	rows := make([]Day, 0, len(t))
	for _, d := range t {
		rows = append(rows, *d)
	}
	slices.SortFunc(rows, func(a, b Day) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Stream, b.Stream))
	})
	return rows
}
