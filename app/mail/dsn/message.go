package dsn

import (
	"errors"
	"time"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/reply"
)

// MaxReturned bounds the message that goes back whole. Of a larger one its header
// goes back, as RFC 3461 §4.3 allows.
const MaxReturned = 1 << 20

// Action is what happened for a recipient (RFC 3464 §2.3.3).
type Action string

// The actions that we report.
const (
	Failed    Action = "failed"
	Delayed   Action = "delayed"
	Relayed   Action = "relayed"   // to a server that will not report
	Delivered Action = "delivered" // only for a final delivery of our own
)

// Message is a notification to be written.
type Message struct {
	From         address.Named   // usually "Mail Delivery System" <postmaster@host>
	To           address.Mailbox // the sender, as in MAIL FROM
	MessageID    string          // of the notification, without brackets
	Now          time.Time
	ReportingMTA string // our host name

	EnvelopeID string    // ENVID, decoded; "" when the sender gave none
	Arrival    time.Time // when we took the message
	Recipients []Recipient

	Original []byte // the message, in full
	Full     bool   // RET=FULL: return it whole if delivery failed
	// UTF8: the sender spoke SMTPUTF8, so the notification may hold UTF-8 and be
	// sent so. Without, addresses are written in ASCII (RFC 6533 §3).
	UTF8 bool
}

// Recipient is what happened for one recipient.
type Recipient struct {
	Final        address.Mailbox
	OriginalKind string // of ORCPT, such as "rfc822"; "" when the sender gave none
	Original     string // ORCPT, decoded
	Action       Action
	Status       reply.Enhanced
	Reason       string // in plain words
	Next         string // what the sender should do, in plain words; may be ""
	Reply        string // the server's answer on one line; "" when there was none
	RemoteMTA    string
	LastTry      time.Time
	RetryUntil   time.Time // of a delayed one
}

// ErrIncomplete reports a notification that lacks what RFC 3464 demands.
var ErrIncomplete = errors.New("dsn: incomplete notification")

func (m *Message) check() error {
	if m.To.IsZero() || m.MessageID == "" || m.ReportingMTA == "" || m.Now.IsZero() || len(m.Recipients) == 0 {
		return ErrIncomplete
	}
	for i := range m.Recipients {
		r := &m.Recipients[i]
		switch r.Action {
		case Failed, Delayed, Relayed, Delivered:
		default:
			return ErrIncomplete
		}
		if r.Final.IsZero() {
			return ErrIncomplete
		}
	}
	return nil
}

// has reports whether a recipient has the action.
func (m *Message) has(a Action) bool {
	for i := range m.Recipients {
		if m.Recipients[i].Action == a {
			return true
		}
	}
	return false
}

// status of a recipient, never empty: "5.0.0" says no more than the action
// (RFC 3463 §3.1).
func (r *Recipient) status() string {
	kind := map[Action]int{Failed: 5, Delayed: 4, Relayed: 2, Delivered: 2}[r.Action]
	s := r.Status
	if s[0] == 0 {
		s = reply.Enhanced{kind, 0, 0}
	}
	if r.Action != Failed {
		s[0] = kind // a failed one may end on 4.4.7
	}
	return s.String()
}
