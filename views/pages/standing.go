package pages

import (
	"strconv"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// FigureCell is one figure over one period.
type FigureCell struct {
	Text string  // "98 of 8,210 (1.2 %)"
	Fill float64 // 0..1 of the bar
	Tone components.Tone
}

// FigureRow is one figure of a stream with its thresholds.
type FigureRow struct {
	What       string // "Bounces, broadcast"
	Day, Week  FigureCell
	Warn, Hold float64 // 0..1 of the bar
	Thresholds string  // "4 % warned, 6 % slowed, 8 % held"
}

// StandingStep is one row of the history.
type StandingStep struct {
	What, Tone string
	Words      string
	WayOut     string
	Reason     string
	By         string // of staff; "" the figures
	At         time.Time
	URL        string // of the campaign it is about
}

// StandingNote is something that was said.
type StandingNote struct {
	Who, Kind, Text string // Kind: appeal, answer, note, sign
	At              time.Time
}

// StandingShow is how an account stands, for its own people.
type StandingShow struct {
	layout.Page
	State    string // good, warned, slowed, broadcast_held, all_held, suspended, stopped
	Words    string
	Sentence string
	WayOut   string
	Rows     []FigureRow
	Limit    string // of a new account's day; "" none
	Used     string
	LimitBar FigureCell
	Lifts    string // what lifts it
	Steps    []StandingStep
	Notes    []StandingNote
	Text     string
	Errors   Errors
	Denied   string
}

// CaseRow is a case in the list.
type CaseRow struct {
	AccountID, Account string
	State, Words       string
	OpenedBy           string
	OpenedAt           time.Time
	Closed             bool
	Appealed, LiftAsks bool
}

// StaffReputation lists cases, and stops everything.
type StaffReputation struct {
	layout.Page
	All     bool
	Rows    []CaseRow
	Pager   components.Pager
	Stopped string // why everything is stopped; ""
	StopBy  string
	StopAt  time.Time
	Reason  string
	Errors  Errors
}

// StaffCase is one account's case.
type StaffCase struct {
	layout.Page
	AccountID, Account string
	State, Words       string
	Sentence           string
	CaseOpen           bool
	Rows               []FigureRow
	LiftBy, LiftReason string
	LiftMine           bool
	Limit, Used        string
	Campaigns          []components.Option // that wait
	Acts               []components.Option
	Steps              []StandingStep
	Notes              []StandingNote
	Act, Reason        string
	Kind, Text         string
	Errors             Errors
}

var (
	standingOrder = []string{"text"}
	caseOrder     = []string{"act", "reason", "kind", "text"}
	caseListOrder = []string{"reason"}
	noteKinds     = []components.Option{{Value: "answer", Label: "An answer", Hint: "The customer reads it here and gets it by mail."}, {Value: "note", Label: "A note", Hint: "Staff only."}}
)

func toneOfState(state string) string {
	switch state {
	case "good":
		return "tone-good"
	case "warned", "slowed":
		return "tone-warn"
	}
	return "tone-bad"
}

// partWidth is a part of the whole as a width.
func partWidth(part float64) string { return strconv.FormatFloat(100*part, 'f', 2, 64) + "%" }
