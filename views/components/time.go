package components

import "time"

// relative says how far a time is from now: "12 s ago", "in 4 min", a date after a month.
func relative(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d > 30*24*time.Hour, d < -30*24*time.Hour:
		return t.UTC().Format("2 Jan 2006")
	case d >= time.Second:
		return Span(d) + " ago"
	case d <= -time.Second:
		return "in " + Span(-d)
	}
	return "just now"
}

func machine(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// Exactly writes a time in full, as the titles of times do.
func Exactly(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05 UTC") }
