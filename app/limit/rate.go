package limit

import (
	"fmt"
	"time"
)

// Rate lets things go evenly: each one moves the moment from which on the next may go
// (a token bucket of a quarter of a second). Where a Limiter refuses, a Rate makes wait.
// The zero Rate lets everything go.
type Rate struct {
	PerMinute int       // 0: no limit
	FreeAt    time.Time // from when on the next may go
}

// smooth is how far what was not used may be made up for.
const smooth = 250 * time.Millisecond

// NoLimit is more than anybody asks for at once.
const NoLimit = 1 << 30

// clockJump is more than the clocks of two workers differ.
const clockJump = 5 * time.Second

func (r Rate) interval() time.Duration { return time.Minute / time.Duration(r.PerMinute) }

// from is the moment that the next one is counted from. A moment too far ahead was
// written before the clock was set back (F-25), or at a much slower rate.
func (r Rate) from(now time.Time) time.Time {
	if r.FreeAt.After(now.Add(2*r.interval() + clockJump)) {
		return now
	}
	if earliest := now.Add(-smooth); r.FreeAt.Before(earliest) {
		return earliest
	}
	return r.FreeAt
}

// Room is how many may go now.
func (r Rate) Room(now time.Time) int {
	if r.PerMinute <= 0 {
		return NoLimit
	}
	from := r.from(now)
	if from.After(now) {
		return 0
	}
	return int(now.Sub(from)/r.interval()) + 1
}

// Take counts n that go now.
func (r *Rate) Take(n int, now time.Time) {
	if r.PerMinute > 0 && n > 0 {
		r.FreeAt = r.from(now).Add(time.Duration(n) * r.interval())
	}
}

// After is about when one goes that n others go before.
func (r Rate) After(n int, now time.Time) time.Time {
	if r.PerMinute <= 0 {
		return now
	}
	at := r.from(now).Add(time.Duration(n) * r.interval())
	if at.Before(now) {
		return now
	}
	return at
}

// String words the rate: "10 a second", "90 a minute".
func (r Rate) String() string {
	if r.PerMinute%60 == 0 {
		return fmt.Sprintf("%d a second", r.PerMinute/60)
	}
	return fmt.Sprintf("%d a minute", r.PerMinute)
}
