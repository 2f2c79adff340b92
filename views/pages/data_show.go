package pages

import (
	"strconv"
	"time"

	"smtpserver/views/layout"
)

// DataShow is where an account takes its data, and leaves. Forms: export, close
// (confirm_name), reopen.
type DataShow struct {
	layout.Page
	Exports                   []ExportRow
	Payment                   []HeldRow // what is held of how the account pays; nil: no provider collects
	Making                    bool      // one is being made
	Closed                    bool
	EraseAt                   time.Time
	Typed                     string
	Errors                    Errors
	ExportDenied, CloseDenied string
}

// HeldRow is one thing that is held, in words.
type HeldRow struct{ What, Value string }

// ExportRow is one export.
type ExportRow struct {
	ID, State, Part string
	Done, Parts     int
	Size            int64
	At, ExpiresAt   time.Time
}

func (e ExportRow) progress() string {
	text := strconv.Itoa(e.Done) + " of " + strconv.Itoa(e.Parts) + " files"
	if e.Part != "" {
		text += ": " + e.Part
	}
	return text
}

func (v DataShow) denied() string {
	if v.ExportDenied == "" && v.Making {
		return "One is being made already."
	}
	return v.ExportDenied
}
