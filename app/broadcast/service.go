package broadcast

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/clock"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/store"
	"smtpserver/app/submission"
)

// Options is what a Service works with.
type Options struct {
	Store      *store.Store
	Submission *submission.Service
	Domains    Domains
	Compile    func(ctx context.Context, source content.Source) (Content, error)
	Audiences  map[Kind]Audience
	Tracker    Tracker // nil: nothing is marked
	Leaving    Leaving
	Results    Results // nil: a person chooses the winner of a test
	Doubts     Doubts  // nil: no audience is doubted
	Looker     Looker  // nil: nobody looks at contents
	// LinkHost is the host name of a domain's links, "" for ours; nil: always ours.
	LinkHost func(ctx context.Context, scope account.Scope, d domain.Domain) (string, error)
	// ScopeOf mints the scope of background work for the account of a row.
	ScopeOf func(id.ID) account.Scope
	// Wake asks for a Sweep soon; a lost one costs seconds.
	Wake func()
	Log  *slog.Logger
}

// Service keeps campaigns and sends them. Safe for concurrent use.
type Service struct {
	Options
	audit    *audit.Log
	owner    string // names this process in leases
	compiled *memo.Memo[compiledKey, []Content]
	slots    chan struct{} // taken while a campaign is worked on
	place    int           // how much waits for one destination at most; smaller in tests
	turn     time.Duration // likewise

	sliceRows atomic.Int64 // of the next slice that is frozen
}

// Bounds of what one process remembers and does at once.
const (
	rememberFor = 10 * time.Minute
	rememberAll = 32
	atOnce      = 2
)

// New returns a service.
func New(o Options) *Service {
	if o.Wake == nil {
		o.Wake = func() {}
	}
	s := &Service{
		Options: o, audit: audit.New(o.Store), owner: string(id.New()), slots: make(chan struct{}, atOnce), place: aheadPlace, turn: turnTime,
		compiled: memo.New[compiledKey, []Content](clock.System, rememberFor, rememberAll),
	}
	s.sliceRows.Store(firstSlice)
	return s
}
