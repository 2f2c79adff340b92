package reputation

import (
	"time"

	"smtpserver/app/id"
)

// Standing is where an account stands now. It is what its steps say, to the letter: see Verify.
type Standing struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Level       Level
	Since       time.Time
	Until       *time.Time // about when the figures lift it
	Kept        bool       // it stays until staff lift it
	Suspended   bool
	Stopped     bool
	Trusted     bool
	CountedFrom string
	CaseID      id.ID
}

// TableName implements gorm's naming.
func (Standing) TableName() string { return "standings" }

// Held reports whether mail of a stream waits.
func (s Standing) Held(broadcast bool) bool {
	return s.Suspended || s.Stopped || s.Level >= AllHeld || broadcast && s.Level >= BroadcastHeld
}

// Kind is what a step did.
type Kind string

// The kinds of steps.
const (
	StepWarned    Kind = "warned"
	StepSlowed    Kind = "slowed"
	StepBroadcast Kind = "broadcast_held"
	StepAll       Kind = "all_held"
	StepEased     Kind = "eased" // to a lower level than before, by the figures
	StepLifted    Kind = "lifted"
	StepKept      Kind = "kept"
	StepSuspended Kind = "suspended"
	StepRestored  Kind = "restored" // the suspension is lifted
	StepStopped   Kind = "stopped"
	StepStarted   Kind = "started"
	StepCampaign  Kind = "campaign_paused"
	StepLetGo     Kind = "campaign_let_go"
	StepTrusted   Kind = "trusted"
	StepContent   Kind = "content_held"
	StepClosed    Kind = "case_closed"
)

// kindOf is the step up to a level.
var kindOf = map[Level]Kind{Warned: StepWarned, Slowed: StepSlowed, BroadcastHeld: StepBroadcast, AllHeld: StepAll}

// Step is one row of an account's history.
type Step struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID         id.ID `gorm:"column:step_id;primaryKey"`
	CaseID     id.ID
	Kind       Kind
	Level      Level // from then on, as the next three
	Suspended  bool
	Stopped    bool
	Trusted    bool
	CampaignID id.ID
	Stream     string
	Figure     Figure
	Period     string
	Provider   string
	Counted    int64
	OutOf      int64
	Threshold  float64
	Words      string
	WayOut     string
	Reason     string
	Staff      id.ID
	At         time.Time
}

// TableName implements gorm's naming.
func (Step) TableName() string { return "standing_steps" }

// of fills in what a finding says.
func (s Step) of(f Finding) Step {
	s.Stream, s.Figure, s.Period, s.Provider, s.Counted, s.OutOf, s.Threshold = string(f.Stream), f.Figure, f.Period, f.Provider, f.Counted, f.Of, f.Threshold
	return s
}

// Case gathers what belongs together, from the first trouble to its end.
type Case struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:case_id;primaryKey"`
	OpenedBy  string
	OpenedAt  time.Time
	ClosedAt  *time.Time
}

// TableName implements gorm's naming.
func (Case) TableName() string { return "standing_cases" }

// NoteKind says what a note is.
type NoteKind string

// The kinds of notes. Customers see all but staff's own notes and signs.
const (
	Sign   NoteKind = "sign"   // seen by the program at the sign-up
	Appeal NoteKind = "appeal" // by the customer
	Answer NoteKind = "answer" // by staff, to the customer
	Remark NoteKind = "note"   // by staff, for staff
)

// Note is something that was said.
type Note struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID        id.ID `gorm:"column:note_id;primaryKey"`
	CaseID    id.ID
	Kind      NoteKind
	Author    id.ID
	Text      string
	At        time.Time
}

// TableName implements gorm's naming.
func (Note) TableName() string { return "standing_notes" }

// guardRow holds or slows an account's mail; the delivery engine goes by it.
type guardRow struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Cause     string `gorm:"primaryKey"`
	Stream    string `gorm:"primaryKey"` // "" all
	PerMinute int
	Words     string
	FreeAt    time.Time
	Since     time.Time
}

// TableName implements gorm's naming.
func (guardRow) TableName() string { return "sending_guards" }

// The causes of guards.
const (
	byFigures    = "figures"
	bySuspension = "suspension"
	byStop       = "stop"
	byNew        = "new"
)
