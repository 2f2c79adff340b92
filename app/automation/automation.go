package automation

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/content"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Automation is a recipe with its steps.
type Automation struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID          id.ID `gorm:"column:automation_id;primaryKey"`
	Recipe      Recipe
	Name        string
	ListID      id.ID
	FieldID     id.ID
	Shift       int
	Yearly      bool
	Hour        int
	IdleDays    int
	DomainID    id.ID
	FromName    string
	FromLocal   string
	ReplyTo     string
	TopicID     id.ID
	TrackOpens  bool
	TrackClicks bool
	State       State
	OnSince     *time.Time
	SeenUntil   *time.Time
	Place       id.ID
	LookAt      *time.Time
	Revision    int64
	CreatedBy   id.ID
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ChangedAt   time.Time

	Steps []Step `gorm:"-"`
}

// TableName implements gorm's Tabler.
func (Automation) TableName() string { return "automations" }

// Recipe is how people come in.
type Recipe string

// The recipes. A sequence by days is a welcome of several steps.
const (
	Welcome Recipe = "welcome" // they join a list, by hand or form
	Date    Recipe = "date"    // a date field's day comes, as a birthday
	WinBack Recipe = "winback" // mail was delivered, and for days nobody opened or clicked
)

// Recipes lists them.
var Recipes = []Recipe{Welcome, Date, WinBack}

// State says whether it runs.
type State string

// The states.
const (
	Off State = "off"
	On  State = "on"
)

// Step is one mail, so many days after the one before or after the beginning.
type Step struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	AutomationID id.ID `gorm:"primaryKey"`
	ID           id.ID `gorm:"column:step_id;primaryKey"`
	Position     int
	WaitDays     int
	Content      content.Source `gorm:"serializer:json"`
	Revision     int64
}

// TableName implements gorm's Tabler.
func (Step) TableName() string { return "automation_steps" }

// Draft is what a person decides about an automation besides its steps.
type Draft struct {
	Recipe      Recipe // create only
	Name        string
	ListID      id.ID
	FieldID     id.ID
	Shift       int
	Yearly      bool
	Hour        int
	IdleDays    int
	DomainID    id.ID
	FromName    string
	FromLocal   string
	ReplyTo     string
	TopicID     id.ID
	TrackOpens  bool
	TrackClicks bool
}

// Bounds.
const (
	MostAutomations = 100
	MostSteps       = 20
	mostDays        = 3650
	mostShift       = 365
	longestName     = 100
)

// check returns the draft tidy, or an Invalid error that names the form fields.
func (d Draft) check() (Draft, error) {
	fields := map[string]string{}
	d.Name, d.FromName = strings.Join(strings.Fields(d.Name), " "), strings.Join(strings.Fields(d.FromName), " ")
	d.FromLocal, d.ReplyTo = strings.TrimSpace(d.FromLocal), strings.TrimSpace(d.ReplyTo)
	if d.Name == "" {
		fields["name"] = "Give it a name, so that you find it again."
	} else if utf8.RuneCountInString(d.Name) > longestName {
		fields["name"] = "At most 100 characters, please."
	}
	if utf8.RuneCountInString(d.FromName) > longestName {
		fields["from_name"] = "At most 100 characters, please."
	}
	if d.ReplyTo != "" {
		if _, err := address.Parse(d.ReplyTo); err != nil {
			fields["reply_to"] = "This is no address that can be written to."
		}
	}
	switch d.Recipe {
	case Welcome:
		if d.ListID.IsZero() {
			fields["list"] = "Choose the list that people join."
		}
	case Date:
		if d.FieldID.IsZero() {
			fields["field"] = "Choose the field with the date."
		}
		if d.Shift < -mostShift || d.Shift > mostShift {
			fields["shift"] = "Up to 365 days before or after."
		}
		if d.Hour < 0 || d.Hour > 23 {
			fields["hour"] = "An hour from 0 to 23."
		}
	case WinBack:
		if d.IdleDays < 7 || d.IdleDays > mostDays {
			fields["idle_days"] = "At least 7 days; who was silent for less is only busy."
		}
	default:
		fields["recipe"] = "Choose how people come in."
	}
	if len(fields) > 0 {
		return d, &fault.Error{Kind: fault.Invalid, Safe: "Please look at the form again.", Fields: fields}
	}
	return d, nil
}

// apply makes an automation what the draft says.
func (a *Automation) apply(d Draft) {
	a.Name, a.ListID, a.FieldID, a.Shift, a.Yearly, a.Hour, a.IdleDays = d.Name, d.ListID, d.FieldID, d.Shift, d.Yearly, d.Hour, d.IdleDays
	a.DomainID, a.FromName, a.FromLocal, a.ReplyTo, a.TopicID, a.TrackOpens, a.TrackClicks = d.DomainID, d.FromName, d.FromLocal, d.ReplyTo, d.TopicID, d.TrackOpens, d.TrackClicks
}

// after is the step behind a position; ok is false when there is none.
func (a Automation) after(position int) (s Step, ok bool) {
	steps := slices.SortedFunc(slices.Values(a.Steps), func(x, y Step) int { return cmp.Compare(x.Position, y.Position) })
	for _, s := range steps {
		if s.Position > position {
			return s, true
		}
	}
	return s, false
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
