package pages

import (
	"time"

	"github.com/a-h/templ"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// Attempt is one talk with one server.
type Attempt struct {
	Host       string // "" when none was reached
	RemoteAddr string
	LocalAddr  string
	TLS        string // in words
	Duration   time.Duration
	Transcript []components.Line
}

// JourneyStep is one thing that happened to a message.
type JourneyStep struct {
	State     string // accepted, signed, delivered, deferred, bounced, … next
	Title     string // "Accepted by SMTP", "Attempt 1 · deferred"
	At        time.Time
	Text      string // a sentence or two
	Recipient string // when the message has several
	Attempt   *Attempt
}

// DeliveryRow is one recipient of the shown message.
type DeliveryRow struct {
	ID        string
	Recipient string
	State     string
	Reason    string
	NextTry   time.Time
	Selected  bool
}

// MessageShow is one message. With several recipients one delivery is selected and
// the journey is its own.
type MessageShow struct {
	layout.Page
	ID           string
	Subject      string
	FromName     string
	From         string
	To           string // recipient of the selected delivery
	DeliveryID   string
	Stream       string
	Tag          string
	State        string
	Headline     string        // why, in a few words: "Outlook is limiting how fast we may send"
	Explanation  string        // and what follows from it
	Deliveries   []DeliveryRow // when there are several
	Journey      []JourneyStep
	Facts        []Fact
	Tab          string // "", preview, html, text, headers, raw
	Content      Content
	Size         int64
	Attachments  int
	HeaderID     string // Message-ID
	Credential   string
	ExpiresAt    time.Time // zero when final
	KeptUntil    time.Time
	CanRetry     bool // something waits
	RetryDenied  string
	CanCancel    bool
	CanHold      bool
	CanRelease   bool
	CancelDenied string
}

// Fact is one more line of the facts card.
type Fact struct {
	Label, Value string
}

// value is never empty: a null return path is worth seeing.
func (f Fact) value() string {
	if f.Value == "" {
		return "(none)"
	}
	return f.Value
}

// follow lets the journey grow by itself while the message is on its way. What has
// ended or waits for long is left in peace: somebody may be reading it.
func (v MessageShow) follow() templ.Attributes {
	if v.State != "queued" {
		return nil
	}
	return templ.Attributes{
		"hx-get": v.URLs().MessageTab(v.ID, v.DeliveryID, ""), "hx-trigger": "every 3s", "hx-select": "#journey", "hx-target": "this",
		"hx-swap": "outerHTML", "hx-select-oob": "#verdict",
	}
}

func (v MessageShow) title() string {
	if v.Subject == "" {
		return "(no subject)"
	}
	return v.Subject
}

func (v MessageShow) tabs() (tabs []components.Tab) {
	for _, t := range [][2]string{{"", "Journey"}, {"preview", "Preview"}, {"html", "HTML"}, {"text", "Text"}, {"headers", "Headers"}, {"raw", "Raw"}} {
		tabs = append(tabs, components.Tab{Label: t[1], URL: v.URLs().MessageTab(v.ID, v.DeliveryID, t[0]), Current: v.Tab == t[0]})
	}
	return tabs
}

func (v MessageShow) sizeText() string {
	text := components.Bytes(v.Size)
	if v.Attachments > 0 {
		text += ", " + components.Plural(int64(v.Attachments), "attachment", "attachments")
	}
	return text
}

// line tells where an attempt went and how.
func (a Attempt) line() string {
	text := a.Host
	if a.RemoteAddr != "" {
		text += " [" + a.RemoteAddr + "]"
	}
	if a.TLS != "" && a.TLS != "none" {
		text += " · " + a.TLS
	}
	return text + " · " + components.Took(a.Duration)
}
