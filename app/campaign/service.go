package campaign

import (
	"time"

	"golang.org/x/sync/singleflight"

	"smtpserver/app/account"
	"smtpserver/app/broadcast"
	"smtpserver/app/clock"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/delivery"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/precheck"
	"smtpserver/app/store"
	"smtpserver/app/submission"
	"smtpserver/app/tracking"
)

// Deps is what the service works with.
type Deps struct {
	Store      *store.Store
	Clock      clock.Clock
	Contacts   *contact.Service
	Accounts   *account.Service
	Domains    *domain.Service
	Campaigns  *broadcast.Service // which asks this service for audiences: set afterwards
	Submission *submission.Service
	Compiler   *content.Compiler
	Checker    *precheck.Checker
	Board      *delivery.Board
	Leaving    broadcast.Leaving
	Switches   *tracking.Switches                  // what a new campaign counts
	Stopped    func(address string) bool           // whether links must not lead there; nil: none is stopped
	ScopeOf    func(accountID id.ID) account.Scope // of background work
	HTTPS      bool                                // the public URL is https
	OneWay     string                              // the destination of all mail; "" when each domain has its own
}

// Service is the customer's side of campaigns. It implements broadcast.Audience. Safe for
// concurrent use.
type Service struct {
	Deps
	store    *store.Store
	contacts *contact.Service
	accounts *account.Service
	scopeOf  func(id.ID) account.Scope
	counted  *memo.Memo[string, Count]
	senders  *memo.Memo[id.ID, sender]
	results  *memo.Memo[id.ID, []broadcast.Result]
	flights  singleflight.Group

	providers *memo.Memo[id.ID, []Provider]
}

var (
	_ broadcast.Audience = (*Service)(nil)
	_ broadcast.Results  = (*Service)(nil)
)

// senderKept is how long a change of the account's name takes to reach its mail, and
// resultsKept how old the results of a test may be.
const (
	senderKept  = 10 * time.Second
	resultsKept = 15 * time.Second

	providersKept = 30 * time.Second
)

// New returns a service.
func New(d Deps) *Service {
	return &Service{
		Deps: d, store: d.Store, contacts: d.Contacts, accounts: d.Accounts, scopeOf: d.ScopeOf,
		providers: memo.New[id.ID, []Provider](d.Clock, providersKept, 500),
		results:   memo.New[id.ID, []broadcast.Result](d.Clock, resultsKept, 1000),
		counted:   memo.New[string, Count](d.Clock, countKept, 2000), senders: memo.New[id.ID, sender](d.Clock, senderKept, 10_000),
	}
}
