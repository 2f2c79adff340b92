package feedback

import (
	"net/netip"
	"net/textproto"
	"time"

	"smtpserver/app/mail/reply"
)

// Bounds of what is read. What exceeds one is left out, and Truncated says so.
const (
	MaxOctets     = 10 << 20 // of a report
	MaxDepth      = 16       // of its parts
	MaxParts      = 200
	MaxRecipients = 200
	MaxFields     = 300     // of each header or block of fields
	MaxValue      = 4 << 10 // octets of a field's value
	MaxText       = 64 << 10
)

// Kind is what a report is.
type Kind string

// The kinds.
const (
	Unknown   Kind = "unknown"
	Status    Kind = "status"     // what became of a message: see the recipients' actions
	Complaint Kind = "complaint"  // a recipient or provider complains, or takes that back
	AutoReply Kind = "auto_reply" // vacation and the like: not a bounce
	Challenge Kind = "challenge"  // asks the sender to prove to be a person
	Receipt   Kind = "receipt"    // the message was displayed, deleted …
)

// Action is what happened for a recipient (RFC 3464 §2.3.3).
type Action string

// The actions. Only Failed is a bounce.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"   // not yet; it is still being tried
	Delivered Action = "delivered" // in the mailbox
	Relayed   Action = "relayed"   // given to a server that will not report
	Expanded  Action = "expanded"  // given to the members of a list
)

// Report is what came back.
type Report struct {
	Kind Kind
	Form string // how it was recognised: "rfc3464", "qmail", "exim" …; for staff

	EnvelopeID   string // ENVID that the message was sent with, decoded
	ReportingMTA string
	ArrivalDate  time.Time   // of the message at the reporting server; zero: not told
	Recipients   []Recipient // of a Status
	Feedback     *Feedback   // of a Complaint

	Subject   string // of the report
	From      string // address in its From field, as it stands; "" without one
	Text      string // what it says to people, at most MaxText octets
	Original  Header // of the message that it is about, as far as it was returned
	Truncated bool   // a bound was reached
}

// Recipient is what became of the message for one recipient.
type Recipient struct {
	Final      string // address to which delivery was tried
	Original   string // address that the sender had given (ORCPT); "" when not told
	Action     Action
	Status     reply.Enhanced
	Diagnostic string // the server's words, with their type ("smtp; 550 …") if any
	RemoteMTA  string // without type
	LastTry    time.Time
	RetryUntil time.Time
}

// Address is the address that the sender knows the recipient by, or "".
func (r Recipient) Address() string {
	if r.Original != "" {
		return r.Original
	}
	return r.Final
}

// FeedbackType is what a complaint is about (RFC 5965 §7.3).
type FeedbackType string

// The registered types.
const (
	Abuse       FeedbackType = "abuse"
	Fraud       FeedbackType = "fraud"
	Virus       FeedbackType = "virus"
	Other       FeedbackType = "other"
	NotSpam     FeedbackType = "not-spam"     // "this is no spam": not a complaint
	AuthFailure FeedbackType = "auth-failure" // RFC 6591: about a domain, not by a person
	OptOut      FeedbackType = "opt-out"
)

// Feedback is a feedback report.
type Feedback struct {
	Type         FeedbackType
	UserAgent    string
	MailFrom     string
	Recipients   []string // Original-Rcpt-To that name someone; empty when redacted
	Redacted     bool     // the recipient was hidden (RFC 6590) or not told
	ArrivalDate  time.Time
	SourceIP     netip.Addr // zero: not told
	ReportedURIs []string
	Domains      []string // Reported-Domain
	Incidents    int      // at least 1
}

// ByPerson reports whether a person does not want the mail.
func (f *Feedback) ByPerson() bool {
	return f.Type != NotSpam && f.Type != AuthFailure
}

// Header holds fields by their canonical names.
type Header map[string][]string

// Get returns the first value of the name, in any case, or "".
func (h Header) Get(name string) string {
	if v := h[textproto.CanonicalMIMEHeaderKey(name)]; len(v) > 0 {
		return v[0]
	}
	return ""
}
