package pages

import (
	"strconv"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// ImportShow is one import, wherever it stands.
type ImportShow struct {
	layout.Page
	ID, File, State, Reason string
	Size                    int64
	At, FinishedAt          time.Time
	Working, Open, Failed   bool
	Checked, Counts         ImportCounts
	Reasons                 []ImportReason
	Grade                   string
	GradeReasons            []string
	Denied                  string
	Errors                  Errors

	// While it works.
	RowsDone int64
	Part     int   // of the file, in percent
	Rate     int64 // rows a second
	Left     time.Duration
	Stopping bool

	// To be answered.
	Unreadable                  string // why the preview cannot be shown
	IsCSV, Header               bool
	Encoding, Delimiter, Policy string
	Encodings, Delimiters       []components.Option
	Columns                     []ImportColumn
	Parts                       []components.Option
	Sample                      [][]string
	Lists                       []ListChoice
	Consent                     string

	// Afterwards.
	CanUndo   bool
	UndoUntil time.Time
}

// ImportColumn is one column with what is in it and what it is.
type ImportColumn struct {
	Field, Name, Part string
	Samples           []string
}

// ImportReason is why rows were not taken.
type ImportReason struct {
	Text, Class string
	Rows        int64
}

// ListChoice is a list that can be ticked.
type ListChoice struct {
	ID, Name string
	Members  int64
	Chosen   bool
}

var importOrder = []string{"encoding", "delimiter", "columns", "policy", "lists", "consent", "despite_invalid"}

var importPolicies = []components.Option{
	{Value: "fill", Label: "Fill in what is missing", Hint: "What you know already stays."},
	{Value: "overwrite", Label: "Take what the file says", Hint: "Empty cells never erase anything."},
	{Value: "skip", Label: "Leave them alone", Hint: "Not even their lists change."},
}

func (v ImportShow) field(f components.Field) components.Field {
	return f.With(v.Errors, importOrder...)
}

// counts are those to show: of the import, or before it of the dry run.
func (v ImportShow) counts() ImportCounts {
	if v.Counts.Rows > 0 || v.State == "done" {
		return v.Counts
	}
	return v.Checked
}

func (v ImportShow) hasResult() bool { return v.counts().Rows > 0 && !v.Working }

// planRefused reports whether what is wrong stands in the folded part of the page.
func (v ImportShow) planRefused() bool { return len(v.Errors) > 0 && v.Errors["despite_invalid"] == "" }

func (v ImportShow) dry() bool { return v.Counts.Rows == 0 && v.State != "done" }

// headline says in a sentence where the import stands.
func (v ImportShow) headline() string {
	c := v.counts()
	switch v.State {
	case "mapping":
		return "Say what the columns are and how these people agreed. Nothing is stored yet."
	case "checking":
		return "Every row is being judged as the import would. Nothing is stored."
	case "checked":
		return "Of " + components.Plural(c.Rows, "row", "rows") + ", " + components.Count(c.Added) + " would be added and " + components.Count(c.Updated) + " updated. Nothing is stored yet."
	case "held":
		return "Held, because " + components.Percent(c.Rejected, c.Rows) + " of the rows are invalid."
	case "importing":
		return "Rows are being stored. You can leave this page; nothing is lost."
	case "done":
		return "Of " + components.Plural(c.Rows, "row", "rows") + ", " + components.Count(c.Added) + " were added and " + components.Count(c.Updated) + " updated."
	case "cancelled":
		return components.Plural(c.Rows, "row", "rows") + " were read before it ended."
	case "undoing":
		return "What was added is being removed, and what was overwritten restored."
	case "undone":
		return components.Count(c.Removed) + " removed, " + components.Count(c.Restored) + " restored, " + components.Count(c.Kept) + " left alone because somebody changed them since."
	}
	return v.Reason
}

func (v ImportShow) rateText() string {
	if v.Rate == 0 {
		return ""
	}
	return components.Count(v.Rate) + " rows a second, about " + components.Span(v.Left) + " left"
}

func percentText(n int) string { return strconv.Itoa(n) + " %" }

func barWidth(percent int) string { return strconv.Itoa(percent) + "%" }

// cell is one of a row that may be shorter than the heading.
func (v ImportShow) cell(row []string, i int) string {
	if i < len(row) {
		return row[i]
	}
	return ""
}

func gradeTone(grade string) components.Tone {
	switch grade {
	case "A", "B":
		return components.ToneGood
	case "C":
		return components.ToneWarn
	}
	return components.ToneBad
}
