package reputation

import (
	"time"

	"smtpserver/app/id"
)

// Ladder is what a new account may send in a day, rung by rung. Behind the last one there
// is no limit.
var Ladder = []int64{200, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000}

// Limits of new accounts beside the day's.
const (
	NewPerMinute  = 60 // one a second
	NewRecipients = 50 // of one message
)

// What figures let a new account climb.
const (
	growBounces    = 0.02
	growComplaints = 0.001
)

// used is the part of a day's limit, in percent, from which on a day says something: who
// sends nothing shows nothing.
const used = 25

// Start is how far a new account has come.
type Start struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Rung      int
	Day       string
	Taken     int64
	EndedAt   *time.Time
}

// TableName implements gorm's naming.
func (Start) TableName() string { return "account_starts" }

// Limit is what may be sent in the day.
func (s Start) Limit() int64 { return Ladder[min(s.Rung, len(Ladder)-1)] }

// next is the start as a new day begins, by what the day before showed. ended says that
// the last rung is behind it.
func (s Start) next(today string, good bool) (next Start, ended bool) {
	next = Start{AccountID: s.AccountID, Rung: s.Rung, Day: today}
	if !good || s.Taken*100 < s.Limit()*used {
		return next, false
	}
	next.Rung++
	return next, next.Rung >= len(Ladder)
}

// grows reports whether figures let an account climb.
func grows(f ...Figures) bool {
	var d, w Window
	for _, one := range f {
		d.sum(one.Day)
		w.sum(one.Week)
	}
	for _, one := range []Window{d, w} {
		if one.Rate(Bounces) >= growBounces || one.Rate(Complaints) >= growComplaints {
			return false
		}
	}
	return true
}

func (w *Window) sum(o Window) {
	w.Ended += o.Ended
	w.Hard += o.Hard
	w.Refused += o.Refused
	w.Complained += o.Complained
}
