package pages

import (
	"strconv"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// AutomationList is the account's automations, and the automationRecipes for a new one.
type AutomationList struct {
	layout.Page
	Rows   []AutomationRow
	Denied string
}

// AutomationRow is one automation.
type AutomationRow struct {
	ID, Name, Words, State string
	Steps                  int
	Waiting, Finished      int64
}

// AutomationForm is what a person decides about an automation, as typed.
type AutomationForm struct {
	Recipe, Name, List, Field, Shift, Before, Hour, IdleDays string
	Yearly, Opens, Clicks                                    bool
	Domain, FromName, FromLocal, ReplyTo, Topic              string
	Revision                                                 string
	Lists, Fields, Domains, Topics                           []components.Option
}

// AutomationEdit is the form of a new automation.
type AutomationEdit struct {
	layout.Page
	AutomationForm
	Denied string
	Errors Errors
}

// AutomationShow is one automation: its steps with figures, and its settings.
type AutomationShow struct {
	layout.Page
	AutomationForm
	ID, Words, State           string
	Steps                      []AutomationStepRow
	Waiting, Finished, Stopped int64
	Held                       string // why its mail does not leave
	Denied, ChangeDenied       string // turning it; changing it while it is on
	Errors                     Errors
}

// AutomationStepRow is one step with what became of its mails.
type AutomationStepRow struct {
	ID, Subject, When                        string
	Audience, Sent, Waiting, Failed, LeftOut int64
	Campaign                                 string // with the newest text; "" before it was on
}

// AutomationStep is the form of one step.
type AutomationStep struct {
	layout.Page
	ID, StepID, Name, Revision, WaitDays string
	Subject, Preheader                   string
	Editor                               ContentEditor
	First                                bool
	Denied                               string
	Errors                               Errors
}

type automationRecipe struct{ name, icon, title, text string }

// automationRecipes are the ways to begin, each with what it is good for.
var automationRecipes = []automationRecipe{
	{"welcome", "user", "Welcome and sequence", "Somebody joins a list by your form or by hand. Greet them at once, and tell the rest over the next days."},
	{"date", "bell", "Birthday or another day", "The day in a field of your contacts comes: a birthday each year, or the end of a contract once."},
	{"winback", "refresh-cw", "Win back", "Mail arrived, and for weeks nobody opened it or followed a link. Ask whether they still want it."},
}

func recipeTitle(name string) string {
	for _, r := range automationRecipes {
		if r.name == name {
			return r.title
		}
	}
	return name
}

var automationOrder = []string{"name", "list", "field", "shift", "hour", "idle_days", "domain", "from_name", "from_local", "reply_to", "topic", "wait_days", "subject", "preheader", "body", "text", "kind"}

var shiftSides = []components.Option{{Value: "", Label: "after the day"}, {Value: "1", Label: "before the day"}}

func hourOptions() (options []components.Option) {
	for h := range 24 {
		options = append(options, components.Option{Value: strconv.Itoa(h), Label: strconv.Itoa(h) + ":00"})
	}
	return options
}

func (v AutomationShow) sentence() string {
	if v.State != "on" {
		if len(v.Steps) == 0 {
			return "Write the first mail, then turn it on."
		}
		return "Nobody comes in, and nothing leaves."
	}
	text := components.Plural(v.Waiting, "person is", "people are") + " on the way"
	if v.Finished > 0 {
		text += ", " + components.Count(v.Finished) + " went through"
	}
	if v.Stopped > 0 {
		text += ", " + components.Count(v.Stopped) + " left before the end"
	}
	return text + "."
}

func (v AutomationStep) waitLabel() string {
	if v.First {
		return "Days after they come in"
	}
	return "Days after the step before"
}
