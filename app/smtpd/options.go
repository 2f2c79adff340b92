package smtpd

import (
	"context"
	"crypto/tls"
	"log/slog"
	"time"

	"smtpserver/app/clock"
)

// Options shape a server; zero values mean the defaults in brackets.
type Options struct {
	Hostname string // in the greeting
	TLS      *tls.Config
	Auth     Authenticator
	Open     func() Sender // of sessions that need no AUTH; then none is offered. It takes the place of Auth
	// Attend returns a context that ends early when what the Sender works with answers
	// nothing, so that the client has its 451 soon. May be nil.
	Attend        func(context.Context) (context.Context, context.CancelFunc)
	Full          func() bool // nothing more can be stored: MAIL is answered 452. May be nil
	Metrics       Metrics
	Log           *slog.Logger
	Clock         clock.Clock // stamps messages [the system's]; deadlines are wall time
	MaxMessage    int64       // octets, as SIZE counts them [25 MiB]
	MaxRecipients int         // per message [1000]
	MaxSessions   int         // [20000]
	MaxPerIP      int         // sessions of one IPv4 address or IPv6 /64 [30]
	MaxPerAccount int         // authenticated sessions of one account [500]
	MaxBuffered   int64       // octets of all messages being received [256 MiB]
	Timeouts      Timeouts
}

// Timeouts of a session.
type Timeouts struct {
	Idle      time.Duration // waiting for a command, all of it [5 min]
	Busy      time.Duration // the same when nine tenths of the sessions are taken [10 s]
	Handshake time.Duration // for TLS [30 s]
	Store     time.Duration // for what the Sender does; later answers are 451 [30 s]
	Window    time.Duration // over which the upload rate is judged [60 s]
	Valid     time.Duration // how often open sessions are checked for revocation [1 s]
	AuthDelay time.Duration // after the first wrong password, doubled by each further one [250 ms]
}

// Bounds that are no matter of taste.
const (
	maxSimple       = 512     // octets of a command without parameters (RFC 5321 §4.5.3.1.4)
	maxCommand      = 2048    // octets of MAIL and RCPT with theirs
	maxAuthLine     = 12288   // RFC 4954 §4
	maxJunk         = 100     // commands that bring nothing
	maxAuthFailures = 3       // on one connection; the third ends it (S-41)
	minimumRate     = 500     // octets per second of an upload
	inputBuffer     = 2 << 10 // what an idle session holds; more than any line of a message
)

func or[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

func (o *Options) fill() {
	or(&o.Timeouts.Idle, 5*time.Minute)
	or(&o.Timeouts.Busy, 10*time.Second)
	or(&o.Timeouts.Handshake, 30*time.Second)
	or(&o.Timeouts.Store, 30*time.Second)
	or(&o.Timeouts.Window, time.Minute)
	or(&o.Timeouts.Valid, time.Second)
	or(&o.Timeouts.AuthDelay, 250*time.Millisecond)
	or(&o.MaxMessage, 25<<20)
	or(&o.MaxRecipients, 1000)
	or(&o.MaxSessions, 20000)
	or(&o.MaxPerIP, 30)
	or(&o.MaxPerAccount, 500)
	or(&o.MaxBuffered, 256<<20)
	or(&o.Metrics, Metrics(noMetrics{}))
	or(&o.Log, slog.New(slog.DiscardHandler))
	or(&o.Clock, clock.System)
	if o.TLS = o.TLS.Clone(); o.TLS == nil {
		o.TLS = &tls.Config{} // every handshake fails, and nothing is said in the clear
	}
	o.TLS.MinVersion = max(o.TLS.MinVersion, tls.VersionTLS12) // RFC 8996
}
