package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// StaffSubscribers is the operator's newsletter list.
type StaffSubscribers struct {
	layout.Page
	Find, State               string
	Subscribed, Gone, Waiting int64
	Rows                      []StaffSubscriberRow
	Pager                     components.Pager
	Reason                    string // of an export that was refused
	Errors                    Errors
}

// StaffSubscriberRow is one subscriber.
type StaffSubscriberRow struct {
	ID, Address, Language, State string
	ConfirmedAt                  time.Time
	LeftAt                       *time.Time
}

// StaffSubscriber is one subscriber with the evidence of their consent.
type StaffSubscriber struct {
	layout.Page
	Row      StaffSubscriberRow
	Evidence []EvidenceRow
	Reason   string
	Errors   Errors
}

// EvidenceRow is one thing the person did.
type EvidenceRow struct {
	Kind, Wording, Proof, IP string
	At                       time.Time
}

var subscriberStates = []components.Option{{Value: "", Label: "Every state"}, {Value: "confirmed", Label: "Subscribed"}, {Value: "left", Label: "Left"}}

func (v StaffSubscribers) sentence() string {
	text := components.Plural(v.Subscribed, "person gets", "people get") + " the newsletter."
	if v.Waiting > 0 {
		text += " " + components.Plural(v.Waiting, "form waits", "forms wait") + " for the click in the mail."
	}
	if v.Gone > 0 {
		text += " " + components.Count(v.Gone) + " left."
	}
	return text
}

func languageName(code string) string {
	if name, ok := languageNames[code]; ok {
		return name
	}
	return code
}

// what words a kind of evidence.
func (e EvidenceRow) what() string {
	switch e.Kind {
	case "asked":
		return "Sent the form in"
	case "confirmed":
		return "Confirmed by the link of the mail"
	case "left":
		return "Left"
	}
	return "Came back"
}
