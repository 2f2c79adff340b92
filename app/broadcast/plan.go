package broadcast

import (
	"math"
	"slices"
	"time"

	"smtpserver/app/fault"
)

// When says how sending goes over time.
type When string

// The ways.
const (
	Now    When = "now"
	At     When = "at"     // all at a time
	InZone When = "zone"   // at that time of day where each recipient lives
	Spread When = "spread" // evenly from a time until another
)

// Plan says when recipients are due.
type Plan struct {
	When  When      `json:"when"`
	At    time.Time `json:"at,omitzero"`    // at, spread: the moment; zone: the wall clock, written as UTC
	Until time.Time `json:"until,omitzero"` // spread
	Zone  string    `json:"zone,omitempty"` // IANA, of the sender: business hours, and recipients whose own is not known
	Hours Hours     `json:"hours,omitzero"` // zero: any time

	Repeat Repeat `json:"repeat,omitzero"` // zero: once
}

// Zoned reports whether the plan goes by where recipients live: then, and only then,
// their rows carry a zone.
func (p Plan) Zoned() bool { return p.When == InZone }

// furthest is how far ahead a campaign may be planned.
const furthest = 366 * 24 * time.Hour

// Clocks go from 14 hours before UTC to 12 hours behind it.
const (
	firstZone = 14 * time.Hour
	lastZone  = 12 * time.Hour
)

// check says what is wrong with a plan that is to begin now or later.
func (p Plan) check(now time.Time) error {
	if _, err := time.LoadLocation(p.Zone); err != nil || p.Zone == "Local" {
		return fault.Field("zone", "Choose a time zone of the list.")
	}
	if text := p.Hours.problem(); text != "" {
		return fault.Field("hours", text)
	}
	if text := p.Repeat.problem(); text != "" {
		return fault.Field("repeat", text)
	}
	switch p.When {
	case Now:
		return nil
	case At, InZone, Spread:
	default:
		return fault.Field("when", "Choose when it is sent.")
	}
	if p.When != Spread && p.At.IsZero() {
		return fault.Field("at", "Give a day and a time.")
	}
	if p.At.After(now.Add(furthest)) || p.Until.After(now.Add(furthest)) {
		return fault.Field("at", "Give a time within a year from now.")
	}
	if p.When != Spread {
		return nil
	}
	begin := now
	if p.At.After(now) {
		begin = p.At
	}
	switch {
	case !p.Until.After(begin):
		return fault.Field("until", "Give a time after the beginning, until when it is spread.")
	case p.Hours.between(begin, p.Until, p.location()) == 0:
		return fault.Field("until", "There are no business hours before that time.")
	}
	return nil
}

// start is when a campaign that is scheduled now begins.
func (p Plan) start(now time.Time) time.Time {
	switch p.When {
	case At:
		return p.At
	case Spread:
		if p.At.IsZero() {
			return now
		}
		return p.At
	case InZone:
		first, last := p.At.Add(-firstZone), p.At.Add(lastZone)
		switch {
		case first.After(now):
			return first
		case last.After(now):
			return now
		}
		return last
	}
	return now
}

func (p Plan) location() *time.Location { return locationOf(p.Zone, time.UTC) }

// locationOf returns a zone, or another one where it is not known.
func locationOf(name string, otherwise *time.Location) *time.Location {
	if name == "" {
		return otherwise
	}
	l, err := time.LoadLocation(name)
	if err != nil {
		return otherwise
	}
	return l
}

// window is who is due at a moment: rows with a number up to one, in some zones.
type window struct {
	upTo  int64
	zones []string
	next  time.Time // when it grows by itself; zero: it does not
}

// everybody is a bound that no number reaches.
const everybody = math.MaxInt64

// window says who of an audience is due. zones are those in which somebody waits.
func (p Plan) window(now, began time.Time, audience int64, zones []string) window {
	w := window{upTo: everybody}
	home := p.location()
	for _, zone := range zones {
		there := home
		if p.Zoned() {
			there = locationOf(zone, home)
		}
		at := now
		if p.Zoned() {
			at = time.Date(p.At.Year(), p.At.Month(), p.At.Day(), p.At.Hour(), p.At.Minute(), 0, 0, there)
		}
		if at.Before(now) {
			at = now
		}
		if at = p.Hours.next(at, there); at.After(now) {
			w.grow(at)
			continue
		}
		w.zones = append(w.zones, zone)
	}
	if p.When == Spread {
		w.spread(p, now, began, audience)
	}
	return w
}

func (w *window) grow(at time.Time) {
	if w.next.IsZero() || at.Before(w.next) {
		w.next = at
	}
}

// spread bounds the numbers by the part of the time that is over. Only business hours count.
func (w *window) spread(p Plan, now, began time.Time, audience int64) {
	home := p.location()
	all := p.Hours.between(began, p.Until, home)
	if !now.Before(p.Until) || all <= 0 {
		return
	}
	passed := p.Hours.between(began, now, home)
	w.upTo = int64(float64(audience)*float64(passed)/float64(all)) + 1
	step := time.Duration(float64(all) / float64(max(audience, 1)))
	w.grow(now.Add(max(step, time.Second)))
}

// Hours are business hours: outside of them nothing is handed over.
type Hours struct {
	From int            `json:"from,omitempty"` // minutes after midnight
	To   int            `json:"to,omitempty"`
	Days []time.Weekday `json:"days,omitempty"`
}

// Any reports whether every hour is one.
func (h Hours) Any() bool { return h.From == 0 && h.To == 0 && len(h.Days) == 0 }

const minutesOfDay = 24 * 60

func (h Hours) problem() string {
	switch {
	case h.Any():
		return ""
	case h.From < 0 || h.To > minutesOfDay || h.From >= h.To:
		return "The hours end before they begin."
	case len(h.Days) == 0:
		return "Choose at least one day."
	}
	for _, d := range h.Days {
		if d < time.Sunday || d > time.Saturday {
			return "Choose days of the week."
		}
	}
	return ""
}

// day returns the hours of the day that t is in; ok is false when it has none. A clock
// that is set forward or back shortens or lengthens them.
func (h Hours) day(t time.Time, there *time.Location) (from, to time.Time, ok bool) {
	t = t.In(there)
	at := func(minutes int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, minutes, 0, 0, there)
	}
	return at(h.From), at(h.To), slices.Contains(h.Days, t.Weekday())
}

// next is the first moment of business hours at or after t.
func (h Hours) next(t time.Time, there *time.Location) time.Time {
	if h.Any() {
		return t
	}
	for range 9 { // a week has all days, and two are cut
		from, to, ok := h.day(t, there)
		switch {
		case ok && t.Before(from):
			return from
		case ok && t.Before(to):
			return t
		}
		t = midnight(t, there)
	}
	return t
}

// between is how much of the time from a to b is in business hours.
func (h Hours) between(a, b time.Time, there *time.Location) (sum time.Duration) {
	if h.Any() {
		return max(b.Sub(a), 0)
	}
	for t := a; t.Before(b); t = midnight(t, there) {
		from, to, ok := h.day(t, there)
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		if ok && from.Before(to) {
			sum += to.Sub(from)
		}
	}
	return sum
}

// midnight is the beginning of the next day.
func midnight(t time.Time, there *time.Location) time.Time {
	t = t.In(there)
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, there)
}
