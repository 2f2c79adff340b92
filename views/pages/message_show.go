package pages

import (
	"time"

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
	CancelDenied string
}

// Fact is one more line of the facts card.
type Fact struct {
	Label, Value string
}
