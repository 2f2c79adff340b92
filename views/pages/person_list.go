package pages

import (
	"time"

	"smtpserver/views/layout"
)

// PersonList is the people who ask the account about their data.
type PersonList struct {
	layout.Page
	Rows  []PersonRow
	Older string // URL of the next page
}

// PersonRow is one request.
type PersonRow struct {
	ID, Address, Wish, State string
	AskedAt, DueAt           time.Time
	AnsweredAt               time.Time
}

// longDay is a day in words, for deadlines.
func longDay(t time.Time) string { return t.UTC().Format("2 January 2006") }

func wishWords(wish string) string {
	if wish == "erase" {
		return "Erase what we hold"
	}
	return "What do you hold?"
}

// waiting counts those that wait for an answer.
func (v PersonList) waiting() (n int64, late bool) {
	for _, r := range v.Rows {
		if r.State == "open" {
			n++
			late = late || r.DueAt.Before(v.Now)
		}
	}
	return n, late
}

func (v PersonList) sentence() string {
	n, late := v.waiting()
	switch {
	case late:
		return "Somebody waits longer than the law allows. Please answer today."
	case n == 1:
		return "One person waits for an answer."
	case n > 1:
		return "Several people wait for an answer, the most urgent first."
	}
	return "Nobody waits for an answer."
}

// PersonRequest is one request, with what is held. Forms: send, erase, decline (reason).
type PersonRequest struct {
	layout.Page
	PersonRow
	Late     bool
	Reason   string // of a decline: given, or typed and refused
	Held     Held
	CanErase string // why it cannot be erased yet; "" when it can
	Errors   Errors
}

func (v PersonRequest) due() string {
	if v.Late {
		return "Your answer was due on " + longDay(v.DueAt) + "."
	}
	return "Your answer is due on " + longDay(v.DueAt) + "."
}
