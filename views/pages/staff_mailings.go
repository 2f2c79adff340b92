package pages

import (
	"strings"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// StaffMailings is the list of the operator's own mailings.
type StaffMailings struct {
	layout.Page
	Rows  []StaffMailingRow
	Pager components.Pager
}

// StaffMailingRow is one mailing with its numbers.
type StaffMailingRow struct {
	ID, Name, Subject, State, Audience string
	People, Sent                       int64
	At                                 time.Time
}

// StaffMailingForm is what staff write of a mailing.
type StaffMailingForm struct {
	Name, FromName, FromLocal, ReplyTo   string
	Kind, Subject, Preheader, Body, Text string
	Owners, Subscribers, Opens, Clicks   bool
	Segments                             []string // ids chosen
	Revision                             string
}

// StaffMailingEdit is a draft, or the form of a new one.
type StaffMailingEdit struct {
	layout.Page
	ID string // "" when it is new
	StaffMailingForm
	Domain      string // behind the local part
	Editor      ContentEditor
	AllSegments []StaffSegmentRow
	Reach       *StaffReach
	Checks      []StaffCheck
	StartDenied string
	Looked      bool   // links and images were looked at
	Email       string // where a test goes
	At          string // when it was to start, as it was typed
	Errors      Errors
}

// StaffReach is what an audience comes to, as a sum.
type StaffReach struct {
	All, Included, OptedOut, Suppressed, Unconfirmed int64
	Parts                                            []StaffPart
}

// StaffPart is one part of an audience; of a report with what became of it.
type StaffPart struct {
	Name                        string
	All, Included               int64
	Sent, Opened, Clicked, Left int64
}

// StaffCheck is one thing that is looked at before sending.
type StaffCheck struct {
	Verdict, Text string // good, warning or bad, and a sentence
}

// StaffMailing is a mailing that was started, with its report.
type StaffMailing struct {
	layout.Page
	ID, Name, Subject, From, State, Reason, Audience string
	StartedAt, FinishedAt                            *time.Time
	Sum                                              []StaffSum
	People, Sent                                     int64
	Opened, OpenedMachine, OpenedUnknown             int64
	Clicked, Left                                    int64
	Tracked                                          bool
	Parts                                            []StaffPart
	Links                                            []StaffLink
	CanWithdraw                                      bool
	CanPause, CanResume, CanCancel                   bool
}

// StaffSum is one number of the sum, with the list behind it.
type StaffSum struct {
	Name, Label string
	N           int64
}

// StaffLink is a link of the mail and how many people followed it.
type StaffLink struct {
	URL            string
	Human, Machine int64
}

// StaffRecipients is the list behind one number of a mailing.
type StaffRecipients struct {
	layout.Page
	ID, List string
	Lists    []StaffSum
	Rows     []StaffRecipientRow
	Pager    components.Pager
}

// StaffRecipientRow is one person of the audience and what became of them.
type StaffRecipientRow struct {
	Address, State, Why string
	At                  time.Time
}

var mailingOrder = []string{"name", "audience", "from_name", "from_local", "reply_to", "subject", "preheader", "body", "text"}

func (v StaffMailingEdit) action() string {
	if v.ID == "" {
		return urls.StaffMailings
	}
	return urls.StaffMailing(v.ID, "")
}

func (v StaffMailingEdit) lead() string {
	if v.Reach == nil {
		return "Goes to owners of accounts and to newsletter subscribers, and to nobody else: no list of a customer can be reached from here."
	}
	if v.Reach.All == 0 {
		return "Nobody is in its audience yet. Choose whom it goes to."
	}
	return components.Plural(v.Reach.Included, "person gets", "people get") + " it if you send it now."
}

func (v StaffMailing) sentence() string {
	switch v.State {
	case "scheduled", "freezing":
		return "The audience is being written down. Sending begins by itself."
	case "paused":
		return "Paused: nothing more leaves. " + v.Reason
	case "cancelled":
		return "Cancelled. " + components.Plural(v.Sent, "person has", "people have") + " it."
	}
	text := components.Count(v.Sent) + " of " + components.Plural(v.People, "person has", "people have") + " it."
	if v.Tracked && v.Sent > 0 {
		text += " " + components.Plural(v.Opened, "person", "people") + " opened it and " + components.Count(v.Clicked) + " followed a link, machines left out."
	}
	return text
}

// sumURL is the list behind a number.
func (v StaffMailing) sumURL(s StaffSum) string {
	return urls.WithQuery(urls.StaffMailing(v.ID, "recipients"), "list", s.Name)
}

func (v StaffRecipients) label() string {
	for _, l := range v.Lists {
		if l.Name == v.List {
			return l.Label
		}
	}
	return "Everybody of the audience"
}

// shorten keeps a long link readable.
func shorten(link string) string {
	link = strings.TrimPrefix(strings.TrimPrefix(link, "https://"), "http://")
	if r := []rune(link); len(r) > 70 {
		return string(r[:69]) + "…"
	}
	return link
}
