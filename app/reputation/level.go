package reputation

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"smtpserver/app/message"
)

// Level is how far an account's figures have brought it.
type Level int

// The levels.
const (
	Good Level = iota
	Warned
	Slowed
	BroadcastHeld
	AllHeld
)

// Words say the level to people.
func (l Level) Words() string {
	return [...]string{"In good standing", "Warned", "Broadcast mail slowed", "Broadcast mail held", "All mail held"}[min(max(l, Good), AllHeld)]
}

// holdsLast is how long broadcast mail was held before transactional mail can be.
const holdsLast = time.Hour

// leastTime is how long a level stays at least, so that an account does not swing.
var leastTime = map[Level]time.Duration{Slowed: time.Hour, BroadcastHeld: 6 * time.Hour, AllHeld: 6 * time.Hour}

// judge says where an account belongs by its figures, and by which of them.
func judge(s Standing, h history, now time.Time) Finding {
	broadcast := find(message.Broadcast, h.at(now, message.Broadcast, s.CountedFrom))
	transactional := find(message.Transactional, h.at(now, message.Transactional, s.CountedFrom))
	switch {
	case transactional.Level < BroadcastHeld || s.Level < BroadcastHeld:
		// Transactional mail is not touched: what it shows weighs on broadcast mail first.
	case s.Level == AllHeld, now.Sub(s.Since) >= holdsLast && since(h, now, s).Level >= BroadcastHeld:
		transactional.Level = AllHeld
		return transactional
	}
	if transactional.Level > broadcast.Level {
		return transactional
	}
	return broadcast
}

// since is what transactional mail shows by what came after broadcast mail was held.
func since(h history, now time.Time, s Standing) Finding {
	return find(message.Transactional, h.at(now, message.Transactional, max(s.CountedFrom, message.HourOf(s.Since))))
}

// liftedAt is about when the figures lift a level, if nothing bad comes: the first hour in
// which they ask for less than slowing down.
func liftedAt(s Standing, h history, now time.Time) time.Time {
	from := s.Since.Add(leastTime[s.Level])
	for at := cmp.Or(latest(now, from), now); ; at = at.Add(time.Hour) {
		quiet := Standing{Level: Good, CountedFrom: s.CountedFrom}
		if judge(quiet, h, at).Level < Slowed || at.Sub(now) > week {
			return at
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// slowRate is how fast a slowed account's broadcast mail leaves: a tenth of what it was.
func slowRate(f Figures) int { return max(leastRate, int(f.Busiest)/60/10) }

const leastRate = 10 // a minute
