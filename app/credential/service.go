package credential

import (
	"cmp"
	"log/slog"
	"sync"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/memo"
	"smtpserver/app/store"
)

// Staleness bounds how long an answer is remembered: with it, a revocation counts
// everywhere within 5 s.
const Staleness = 4 * time.Second

const remembered = 50_000

// Service issues, checks and revokes credentials. Safe for concurrent use.
type Service struct {
	store    *store.Store
	audit    *audit.Log
	log      *slog.Logger
	bySecret *memo.Memo[string, holder]
	valid    *memo.Memo[key, bool]

	useMu sync.Mutex
	uses  map[key]*use
}

// key names a credential with the account it belongs to.
type key struct{ account, credential id.ID }

func (k key) compare(other key) int {
	return cmp.Or(cmp.Compare(k.account, other.account), cmp.Compare(k.credential, other.credential))
}

// New returns a service. The clock ages the remembered answers; nil means the system's.
func New(s *store.Store, c clock.Clock, log *slog.Logger) *Service {
	if c == nil {
		c = clock.System
	}
	return &Service{
		store: s, audit: audit.New(s), log: log, uses: map[key]*use{},
		bySecret: memo.New[string, holder](c, Staleness, remembered),
		valid:    memo.New[key, bool](c, Staleness, remembered),
	}
}
