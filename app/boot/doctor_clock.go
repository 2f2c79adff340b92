package boot

import (
	"fmt"
	"time"
)

// Clocks of workers and their database may differ by so much before rates, leases and
// greylisting waits are off.
const (
	clockNear = 2 * time.Second
	clockFar  = 10 * time.Second
)

// examineClock compares our clock with that of a server we share moments with.
func examineClock(whose string, offset time.Duration) Finding {
	text := fmt.Sprintf("%s differs from ours by %s", whose, offset.Abs().Round(time.Millisecond))
	const remedy = "let both machines set their clocks by NTP (chrony, systemd-timesyncd)"
	switch {
	case offset.Abs() > clockFar:
		return Finding{Red, "clock", text + ", so leases and rates do not hold between machines", remedy}
	case offset.Abs() > clockNear:
		return Finding{Yellow, "clock", text, remedy}
	}
	return Finding{Green, "clock", text, ""}
}

// between is how far a moment that a server told differs from ours, when it was asked
// from one moment of ours to another.
func between(before, after, told time.Time) time.Duration {
	return told.Sub(before.Add(after.Sub(before) / 2))
}
