package billing

import (
	"fmt"
	"time"
)

// Interval is how often a plan is paid.
type Interval string

// The intervals.
const (
	Monthly Interval = "month"
	Yearly  Interval = "year"
)

// Intervals lists them.
var Intervals = []Interval{Monthly, Yearly}

func (i Interval) months() int {
	if i == Yearly {
		return 12
	}
	return 1
}

// Date is a day in UTC, written as people sort it: 2026-11-26.
type Date string

// DateOf returns the day of a moment.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Time is the day's beginning.
func (d Date) Time() time.Time {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{} // dates come from DateOf, and the schema holds their form
	}
	return t
}

// Add returns the day so many days later.
func (d Date) Add(days int) Date { return DateOf(d.Time().AddDate(0, 0, days)) }

// Long writes the day for people.
func (d Date) Long() string { return d.Time().Format("2 January 2006") }

// daysTo counts the days to another one.
func (d Date) daysTo(other Date) int64 {
	return int64(other.Time().Sub(d.Time()) / (24 * time.Hour))
}

// Period is the days from Start up to, but not including, End.
type Period struct{ Start, End Date }

// days is how long it is.
func (p Period) days() int64 { return p.Start.daysTo(p.End) }

// String names it for people, who count the last day in.
func (p Period) String() string {
	return fmt.Sprintf("%s to %s", p.Start.Long(), p.End.Add(-1).Long())
}

// periodFrom returns the period that begins on a day. It ends on the anchor's day of the
// month, or on the month's last when that has no such day: who began on the 31st of
// January pays on the 28th of February and on the 31st of March.
func periodFrom(start Date, anchor int, i Interval) Period {
	t := start.Time()
	first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, i.months(), 0)
	last := first.AddDate(0, 1, -1).Day()
	return Period{start, DateOf(time.Date(first.Year(), first.Month(), min(anchor, last), 0, 0, 0, 0, time.UTC))}
}
