package reputation

import (
	"time"

	"smtpserver/app/message"
)

// Window is what became of an account's or a campaign's mail over some time.
type Window struct{ Ended, Hard, Refused, Complained int64 }

func (w *Window) add(h message.Hour) {
	w.Ended += h.Ended
	w.Hard += h.Hard
	w.Refused += h.Refused
	w.Complained += h.Complained
}

// Figures are those of one stream of an account.
type Figures struct {
	Day, Week Window
	Providers map[string]Window // of the day
	Busiest   int64             // recipients of the day's busiest hour
}

// Figure names what is counted.
type Figure string

// The figures.
const (
	Bounces    Figure = "bounces"
	Complaints Figure = "complaints"
	Refusals   Figure = "refusals"
)

func (w Window) of(f Figure) int64 {
	switch f {
	case Bounces:
		return w.Hard
	case Complaints:
		return w.Complained
	case Refusals:
		return w.Refused
	}
	return 0
}

// Rate is the part of the recipients that a figure is; never more than all.
func (w Window) Rate(f Figure) float64 {
	if w.Ended == 0 {
		return 0
	}
	return min(1, float64(w.of(f))/float64(w.Ended))
}

// Threshold says from which part of the recipients on a figure has which consequence.
type Threshold struct {
	Figure           Figure
	Warn, Slow, Hold float64
	Least            int64 // recipients: fewer say nothing
	Few              int64 // of them: fewer may be chance, whatever their part
}

// Thresholds are those of accounts and of campaigns. What providers publish is at twice of
// the last column (Gmail: complaints of 0.3 %), so that theirs is not reached.
var Thresholds = []Threshold{
	{Bounces, 0.04, 0.06, 0.08, 200, 8},
	{Complaints, 0.0008, 0.002, 0.003, 200, 3},
	{Refusals, 0.02, 0.03, 0.10, 100, 3}, // at one provider
}

// level is what a window's figure asks for.
func (t Threshold) level(w Window) (Level, float64) {
	n, rate := w.of(t.Figure), w.Rate(t.Figure)
	switch {
	case w.Ended < t.Least, n < 2:
		return Good, 0
	case rate >= t.Hold && n >= t.Few:
		return BroadcastHeld, t.Hold
	case rate >= t.Slow && n >= min(t.Few, 3):
		return Slowed, t.Slow
	case rate >= t.Warn:
		return Warned, t.Warn
	}
	return Good, 0
}

// Finding is the worst that figures say.
type Finding struct {
	Level     Level
	Figure    Figure
	Stream    message.Stream
	Period    string // "the last 24 hours"
	Provider  string
	Counted   int64
	Of        int64
	Threshold float64
}

// The periods.
const (
	PeriodDay      = "the last 24 hours"
	PeriodWeek     = "the last 7 days"
	PeriodCampaign = "this campaign"
)

// find returns the worst that a stream's figures say; the first of equals.
func find(stream message.Stream, f Figures) (worst Finding) {
	see := func(t Threshold, w Window, period, provider string) {
		if level, at := t.level(w); level > worst.Level {
			worst = Finding{level, t.Figure, stream, period, provider, w.of(t.Figure), w.Ended, at}
		}
	}
	for _, t := range Thresholds {
		if t.Figure == Refusals {
			for _, name := range sortedKeys(f.Providers) {
				see(t, f.Providers[name], PeriodDay, name)
			}
			continue
		}
		see(t, f.Day, PeriodDay, "")
		see(t, f.Week, PeriodWeek, "")
	}
	return worst
}

// A run of bounces at the beginning of a campaign stops it before the sample is large.
const (
	runOf   = 30
	runUpTo = 300
)

// findInCampaign says whether a campaign is to be paused.
func findInCampaign(w Window) Finding {
	f := Finding{Stream: message.Broadcast, Period: PeriodCampaign, Of: w.Ended}
	if w.Hard >= runOf && w.Ended <= runUpTo {
		f.Level, f.Figure, f.Counted, f.Threshold = BroadcastHeld, Bounces, w.Hard, float64(runOf)/runUpTo
		return f
	}
	for _, t := range Thresholds {
		if level, at := t.level(w); level >= BroadcastHeld {
			f.Level, f.Figure, f.Counted, f.Threshold = level, t.Figure, w.of(t.Figure), at
			return f
		}
	}
	return f
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// history is the hours of an account that count.
type history []message.Hour

// at are the figures of a stream as they are at a moment, if nothing came after. Hours up
// to from do not count.
func (h history) at(now time.Time, stream message.Stream, from string) Figures {
	f := Figures{Providers: map[string]Window{}}
	dayFrom, weekFrom := message.HourOf(now.Add(-day)), message.HourOf(now.Add(-week))
	busy := map[string]int64{}
	for _, hour := range h {
		if hour.Stream != stream || hour.Hour <= from || hour.Hour <= weekFrom {
			continue
		}
		f.Week.add(hour)
		if hour.Hour <= dayFrom {
			continue
		}
		f.Day.add(hour)
		w := f.Providers[hour.Provider]
		w.add(hour)
		f.Providers[hour.Provider] = w
		busy[hour.Hour] += hour.Ended
		f.Busiest = max(f.Busiest, busy[hour.Hour])
	}
	return f
}
