package pages

import (
	"strings"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// StaffRole is a role in the back office, and what it is for.
type StaffRole struct{ Name, About string }

// StaffPersonRow is a person of the operator.
type StaffPersonRow struct {
	ID, Name, Email string
	Roles           []string
	Since, SeenAt   time.Time // SeenAt is zero for who is signed out
	TwoFactors      bool
	Ended           bool
}

// StaffPeople lists them and invites another. Form: email, role_<name>.
type StaffPeople struct {
	layout.Page
	Rows       []StaffPersonRow
	Roles      []StaffRole
	TwoFactors bool // are asked for
	Email      string
	Chosen     map[string]bool
	Errors     Errors
}

// StaffPerson is one of them. Forms: role_<name>; reason.
type StaffPerson struct {
	layout.Page
	Row    StaffPersonRow
	Roles  []StaffRole
	Held   map[string]bool
	Own    bool // it is who looks
	Reason string
	Errors Errors
}

// ApprovalRow is an act that takes two people.
type ApprovalRow struct {
	ID, Title, URL, Reason, AskedBy   string
	AskedAt, ExpiresAt, AnsweredAt    time.Time
	State, AnsweredBy, Remark, Denied string
	Own                               bool
}

// StaffApprovals lists what waits for a second person. Form: reason.
type StaffApprovals struct {
	layout.Page
	Waiting, Answered []ApprovalRow
	Pager             components.Pager
	Errors            Errors
}

var peopleOrder = []string{"email", "roles"}

func (v StaffPeople) sentence() string {
	var here, without int64
	for _, p := range v.Rows {
		if p.Ended {
			continue
		}
		here++
		if !p.TwoFactors {
			without++
		}
	}
	text := components.Plural(here, "person works", "people work") + " here."
	switch {
	case without == 0:
		return text + " Everybody has a second factor."
	case v.TwoFactors:
		return text + " " + components.Plural(without, "has", "have") + " no second factor yet, and cannot enter before setting it up."
	}
	return text + " " + components.Plural(without, "has", "have") + " no second factor, and this instance does not ask for one."
}

func capital(word string) string {
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

func (r ApprovalRow) tone() components.Tone {
	switch r.State {
	case "approved":
		return components.ToneGood
	case "waiting":
		return components.ToneWarn
	}
	return components.ToneWaiting
}
