package billing

import "time"

// Step is how far an account is behind with a payment. Each follows the one before, and
// none takes anything away: mail that is held goes on when the invoice is paid.
type Step int

// The steps.
const (
	Good            Step = iota // nothing is overdue
	Reminded                    // told that an invoice is overdue
	Warned                      // told when broadcast mail will pause
	BroadcastPaused             // told that it does
	LastWarned                  // told when all mail will pause
	AllPaused                   // told that it does
)

// steps are the days after the due date at which each step is taken, and how long the
// step before must have been known by then.
var steps = []struct {
	step  Step
	days  int
	known time.Duration
}{
	{Reminded, 3, 0},
	{Warned, 10, 0},
	{BroadcastPaused, 17, 7 * 24 * time.Hour},
	{LastWarned, 24, 0},
	{AllPaused, 31, 7 * 24 * time.Hour},
}

// nextStep returns the step that is due after the last one taken, if any. A pause is
// never due sooner than a week after its warning was given, however late that was.
func nextStep(due Date, last Step, told time.Time, now time.Time) (Step, bool) {
	if int(last) >= len(steps) {
		return last, false
	}
	s := steps[last] // Good is 0, so the step after last stands at its place
	if now.Before(due.Add(s.days).Time()) || now.Before(told.Add(s.known)) {
		return last, false
	}
	return s.step, true
}

// Pauses reports whether the step holds a stream.
func (s Step) Pauses(broadcast bool) bool {
	return s >= AllPaused || broadcast && s >= BroadcastPaused
}

// Words say the step to people.
func (s Step) Words() string {
	return [...]string{"Paid up", "Reminded", "Warned", "Newsletters paused", "Warned for the last time", "All mail paused"}[min(max(s, Good), AllPaused)]
}
