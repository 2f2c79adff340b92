package delivery

import (
	"context"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/sending"
)

// Transport makes couriers: to the recipients' servers, to a smart host, or to
// the capture box.
type Transport interface {
	// Courier returns a courier for a destination, treated as the profile says. It does not
	// connect yet, and closes connections that wait for work before it opens one too many.
	Courier(destination string, p Profile, most func() int) Courier
	// Destination returns where mail to a recipient domain goes together with that of
	// others, or the domain itself. An error means that it cannot be told now.
	Destination(ctx context.Context, domain string) (string, error)
	// Profile says how a destination is treated at full speed, by default.
	Profile(destination string) Profile
	// Narrow closes connections to a destination that wait for work, until at most so many are
	// open as far as that goes, and returns how many are.
	Narrow(destination string, most int) (open int)
	// Close ends connections that wait for work.
	Close()
}

// Courier delivers messages to one destination, one at a time, and keeps its
// connection between them. It is used by one goroutine.
type Courier interface {
	// Deliver tries one message for all its recipients of this destination.
	// There is one outcome per recipient, in order. It returns promptly when
	// ctx ends.
	Deliver(ctx context.Context, p *Parcel) Report
	// Close ends the connection politely.
	Close()
}

// Parcel is one message on its way to one destination.
type Parcel struct {
	Message    *message.Message
	Domain     string              // of the recipients; "" when they are of any
	Detour     Detour              // how it goes; the zero one is the usual way
	ReturnPath string              // reverse-path for MAIL FROM; "" is the null path
	Signature  []byte              // DKIM-Signature field with CRLF; stands before Content
	Content    []byte              // the message as stored
	Recipients []*message.Delivery // of this message, at this destination
	// BeforeDot is called just before the final dot is written; when it fails,
	// the courier must not write the dot.
	BeforeDot func() error
}

// Report is what became of a parcel.
type Report struct {
	Attempt  message.Attempt // host, addresses, TLS, times and transcript; ids are filled in by the run
	Outcomes []Outcome       // one per recipient, in the parcel's order
	// Unreachable: no server of the recipients' domain took a connection, so trying
	// the next parcel to it now is pointless. Cause says what stood in the way.
	Unreachable bool
	Cause       string
	// Untried: the attempt was cut short by us before any server could have
	// taken the message; the deliveries go back as they were.
	Untried bool
	// Unsent: no server was asked, for the reason that the outcomes give. It says nothing
	// of the destination and spends no attempt.
	Unsent bool
}

// Outcome is the result for one recipient.
type Outcome struct {
	State     message.State // Delivered, Deferred or Bounced
	Class     message.Class
	Verdict   string // key of the table that says so (package verdict)
	Reason    string // a sentence for people
	NextStep  string // what the sender should do; "" when there is nothing
	Provider  string // whose server said so; "" when it is none of the known
	Reply     string // "550 5.1.1 text", or the network error
	Ambiguous bool   // the dot was sent and no answer read: a copy may have arrived
	Suppress  bool   // the address does not exist: stop mailing it
	Throttled bool   // the peer says that we are too fast, or too many
	// Greylisted is how long the peer wants a sender it does not know to wait; 0 when
	// it is not about that.
	Greylisted time.Duration
	Reports    bool // the server that took it reports to the sender itself (RFC 3461 §5.2.1)
	// Soon: a fault of ours came before any server was asked, so the next try comes
	// within seconds and not by the schedule for peers.
	Soon bool
	// NotBefore is when the next try comes, where we know it; else the schedule says.
	NotBefore time.Time
}

// Sources chooses the address of ours that mail leaves from. The zero one leaves the
// choice to the system.
type Sources interface {
	Choose(ctx context.Context, u sending.Use, n int) (sending.Address, error)
	// GiveBack returns what was chosen for and not sent.
	GiveBack(ctx context.Context, a sending.Address, provider string, n int) error
}

// Signer adds the DKIM signature of a message's domain.
type Signer interface {
	// Sign returns the DKIM-Signature field for the content, ending in CRLF,
	// and the selector it names.
	Sign(ctx context.Context, accountID, domainID id.ID, content []byte) (field []byte, selector string, err error)
	// ReturnPath returns the reverse-path for a message of the domain.
	ReturnPath(ctx context.Context, m *message.Message) (string, error)
}

// Metrics counts what happens. All methods are safe for concurrent use.
type Metrics interface {
	// Outcome counts what became of a delivery. All values are of small, closed sets.
	Outcome(kind, provider, state, class, verdict string)
	Ambiguous(n int)
	LostLease(n int)
	AttemptTook(d time.Duration)
}
