package terms

import "time"

// NoticeDays is how long before the effective date notice is given, at least: so many
// full days lie between the day of the last notice and the effective day, both UTC.
const NoticeDays = 30

// mailDays is how long a mail may take until it is delivered or given up (the engine's
// lifetime of a delivery). A date with this margin does not have to move.
const mailDays = 5

// Date is a calendar day, "2006-01-02"; dates compare as strings.
type Date string

// DateOf returns the UTC day of a moment.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// ParseDate checks what somebody typed: a day that exists.
func ParseDate(text string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return Date(text), err == nil && t.Year() >= 2000 && t.Year() < 2200
}

// Plus returns the date so many days later.
func (d Date) Plus(days int) Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return Date(t.AddDate(0, 0, days).Format(time.DateOnly))
}

// DaysTo counts the days from d to a later date.
func (d Date) DaysTo(later Date) int {
	a, errA := time.Parse(time.DateOnly, string(d))
	b, errB := time.Parse(time.DateOnly, string(later))
	if errA != nil || errB != nil {
		return 0
	}
	return int(b.Sub(a) / (24 * time.Hour)) // UTC days have 24 hours
}

// Long returns the date as people write it, "23 November 2026".
func (d Date) Long() string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	return t.Format("2 January 2006")
}

// Lawful is the first day on which a material change may take effect when the last
// required notice was given at a moment. The day of the notice is not counted.
func Lawful(lastNotice time.Time) Date { return DateOf(lastNotice).Plus(NoticeDays + 1) }

// Suggested is the first date that holds even when some mail is delivered only at the
// very end of its life.
func Suggested(now time.Time) Date { return Lawful(now).Plus(mailDays) }
