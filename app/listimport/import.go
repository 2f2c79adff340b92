package listimport

import (
	"time"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// Import is one file on its way into the contacts.
type Import struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID         id.ID `gorm:"column:import_id;primaryKey"`
	FileName   string
	State      State
	Reason     string // of held and failed, for people
	Size       int64
	Settings   Settings `gorm:"serializer:json"`
	HeaderKey  string
	Consent    string
	Checked    Counts  `gorm:"serializer:json"` // of the dry run
	Counts     Counts  `gorm:"serializer:json"` // of the import
	Quality    Quality `gorm:"serializer:json"`
	RowsDone   int64
	OctetsDone int64
	Stop       bool
	LeaseOwner string
	LeaseUntil *time.Time
	Fence      int64
	CreatedBy  id.ID
	CreatedAt  time.Time
	StartedAt  *time.Time
	FinishedAt *time.Time
	UndoUntil  *time.Time
}

// TableName implements gorm's naming.
func (Import) TableName() string { return "imports" }

// State is where an import stands; see the package's documentation.
type State string

// The states.
const (
	Uploading State = "uploading"
	Mapping   State = "mapping"
	Checking  State = "checking"
	Checked   State = "checked"
	Held      State = "held"
	Importing State = "importing"
	Done      State = "done"
	Cancelled State = "cancelled"
	Undoing   State = "undoing"
	Undone    State = "undone"
	Failed    State = "failed"
)

// Working reports whether a worker has something to do.
func (s State) Working() bool { return s == Checking || s == Importing || s == Undoing }

// Settings say how a file is read and what is done with its rows.
type Settings struct {
	Format    Format
	Encoding  string `json:",omitempty"` // CSV
	Delimiter string `json:",omitempty"` // CSV
	Header    bool
	Columns   []string // what each column is: a part of contact.Draft, "field_" and a key, or ""
	Names     []string // of the columns, as the heading has them
	Policy    Policy
	Lists     []id.ID
	Invalid   bool `json:",omitempty"` // somebody decided to import although much is invalid
}

// Policy is what happens to contacts that are there already.
type Policy string

// The policies. Nothing is ever erased by an empty cell.
const (
	FillEmpty Policy = "fill"      // what is known stays, what is unknown is filled in
	Overwrite Policy = "overwrite" // the file knows better
	Skip      Policy = "skip"      // they are left wholly alone, their lists too
)

// Valid reports whether it is one of the policies.
func (p Policy) Valid() bool { return p == FillEmpty || p == Overwrite || p == Skip }

// UndoFor is how long an import can be undone, and its file and outcomes are kept.
const UndoFor = 30 * 24 * time.Hour

// CanUndo reports whether it can be undone now.
func (i Import) CanUndo(now time.Time) bool {
	return (i.State == Done || i.State == Cancelled) && i.UndoUntil != nil && now.Before(*i.UndoUntil)
}

// Quality is what a dry run found about the list as a whole.
type Quality struct {
	Grade   string   // A to E; "" before a dry run
	Reasons []string // for people, the weightiest first
	Dead    []string `json:",omitempty"` // domains that take no mail
	Duties  int64    // addresses such as info@ and office@
}

// merge returns what the policy makes of a contact and a row about it, and whether that
// changes anything.
func merge(old, row contact.Contact, policy Policy) (contact.Contact, bool) {
	if policy == Skip {
		return old, false
	}
	merged, changed := old, false
	put := func(into *string, from string) {
		if from != "" && *into != from && (*into == "" || policy == Overwrite) {
			*into, changed = from, true
		}
	}
	put(&merged.Name, row.Name)
	put(&merged.Company, row.Company)
	put(&merged.Language, row.Language)
	put(&merged.TimeZone, row.TimeZone)
	if row.Kind == contact.Corporate && old.Kind != row.Kind && policy == Overwrite {
		merged.Kind, changed = row.Kind, true
	}
	merged.NameKey, merged.CompanyKey = contact.Fold(merged.Name), contact.Fold(merged.Company)
	if len(row.Attributes) > 0 {
		merged.Attributes = make(map[string]string, len(old.Attributes)+len(row.Attributes))
		for key, value := range old.Attributes {
			merged.Attributes[key] = value
		}
		for key, value := range row.Attributes {
			kept := merged.Attributes[key]
			put(&kept, value)
			merged.Attributes[key] = kept
		}
	}
	return merged, changed
}
