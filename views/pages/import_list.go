package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// ImportList is the files that were brought in, and the way in.
type ImportList struct {
	layout.Page
	Rows   []ImportRow
	Pager  components.Pager
	Errors Errors
	Denied string
}

// ImportRow is one of them.
type ImportRow struct {
	ID, File, State string
	Counts          ImportCounts
	At              time.Time
}

// ImportCounts are the figures of a file.
type ImportCounts struct {
	Rows, Added, Updated, Unchanged, Duplicate, Suppressed, Rejected int64
	Removed, Restored, Kept                                          int64 // by an undo
}

// Of returns the figure of a class.
func (c ImportCounts) Of(class string) int64 {
	return map[string]int64{"added": c.Added, "updated": c.Updated, "unchanged": c.Unchanged, "duplicate": c.Duplicate, "suppressed": c.Suppressed, "rejected": c.Rejected}[class]
}

// importClass is how pages speak of a class.
type importClass struct{ class, label, meaning string }

var importClasses = []importClass{
	{"added", "Added", "new contacts"},
	{"updated", "Updated", "contacts that were there, changed or put on a list"},
	{"unchanged", "Unchanged", "contacts that were there, with nothing to change"},
	{"duplicate", "Duplicate", "repeat an address further up in the file"},
	{"suppressed", "Suppressed", "must not be mailed, so they are left out"},
	{"rejected", "Rejected", "cannot be taken; the download says why, row by row"},
}
