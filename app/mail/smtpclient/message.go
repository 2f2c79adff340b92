package smtpclient

import (
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/reply"
)

// Message is one message for one or more recipients.
type Message struct {
	From       string // reverse-path, without brackets; "" is null
	Recipients []Recipient
	Content    [][]byte // pieces of the message in order, CRLF lines
	SMTPUTF8   bool
	EightBit   bool
	Ret, EnvID string // RFC 3461
	// BeforeDot is called when all but the final dot is written or buffered. When it
	// fails, no dot leaves and the connection ends.
	BeforeDot func() error
}

// Recipient is one forward-path. Paths are parsed and printed anew when sent, so that
// nothing in them can become a parameter (S-31).
type Recipient struct {
	Path          string // without brackets
	Notify, ORCPT string // RFC 3461
}

// Phase is the step of a transaction whose reply decided about a recipient.
type Phase string

// The phases.
const (
	PhaseMail Phase = "MAIL"
	PhaseRcpt Phase = "RCPT"
	PhaseData Phase = "DATA"
	PhaseDot  Phase = "DOT"
)

// Result is what became of a message.
type Result struct {
	Replies []*reply.Reply // per recipient: the reply that decided; nil when none came
	Phases  []Phase        // per recipient: what it answered; "" when none came
	Err     error          // why the conversation broke off; nil when it did not
	// Dotted: the final dot may have left. With Err set, nobody knows whether the
	// server took the message.
	Dotted bool
	// Held: BeforeDot refused, and no dot was written.
	Held bool
}

// Ambiguous reports whether a copy may have arrived although no answer says so.
func (r *Result) Ambiguous() bool { return r.Err != nil && r.Dotted }

func newResult(recipients int) *Result {
	return &Result{Replies: make([]*reply.Reply, recipients), Phases: make([]Phase, recipients)}
}

func (r *Result) set(i int, decided *reply.Reply, at Phase) { r.Replies[i], r.Phases[i] = decided, at }

// settle gives a reply to every recipient that was not refused by a reply of its own.
func (r *Result) settle(decided *reply.Reply, at Phase) {
	for i, own := range r.Replies {
		if own == nil || own.Positive() {
			r.set(i, decided, at)
		}
	}
}

// broken ends the result with an error: "250" to RCPT decides nothing by itself.
func (r *Result) broken(err error) {
	r.Err = err
	for i, own := range r.Replies {
		if own != nil && own.Positive() {
			r.set(i, nil, "")
		}
	}
}

// accepted is how many recipients the server takes so far.
func (r *Result) accepted() (n int) {
	for _, own := range r.Replies {
		if own != nil && own.Positive() {
			n++
		}
	}
	return n
}

// Path prints a stored recipient for RCPT; what does not parse is refused, so that
// nothing in it can become a parameter (S-31).
func Path(stored string) (string, error) {
	m, err := address.Parse(stored)
	if err != nil {
		return "", err
	}
	return m.String(), nil
}
