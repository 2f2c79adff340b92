package broadcast

import (
	"log/slog"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/content"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/submission"
)

// Options is what a Service works with.
type Options struct {
	Store      *store.Store
	Submission *submission.Service
	Domains    Domains
	Compiler   *content.Compiler
	Audiences  map[Kind]Audience
	Tracker    Tracker // nil: nothing is marked
	Leaving    Leaving
	Results    Results // nil: a person chooses the winner of a test
	// ScopeOf mints the scope of background work for the account of a row.
	ScopeOf func(id.ID) account.Scope
	// Wake asks for a Sweep soon; a lost one costs seconds.
	Wake func()
	Log  *slog.Logger
}

// Service keeps campaigns and sends them. Safe for concurrent use.
type Service struct {
	Options
	audit *audit.Log
	owner string // names this process in leases
}

// New returns a service.
func New(o Options) *Service {
	if o.Wake == nil {
		o.Wake = func() {}
	}
	return &Service{Options: o, audit: audit.New(o.Store), owner: string(id.New())}
}
