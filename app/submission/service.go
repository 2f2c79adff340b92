package submission

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/store"
)

// Directory knows which domains an account may send as.
type Directory interface {
	Sendable(ctx context.Context, scope account.Scope, from string) (domain.Domain, error)
}

// Queue knows where deliveries go together, and wakes their workers.
type Queue interface {
	Destination(ctx context.Context, domain string) string
	Wake(destination string, urgent bool)
}

// Service accepts messages. Safe for concurrent use.
type Service struct {
	store     *store.Store
	directory Directory
	queue     Queue
	hostname  string
	dresser   Dresser
	commits   *committer
	allowance Allowance    // nil: nobody is asked
	inspector Inspector    // nil: nobody looks
	oneIn     uint32       // message is shown to it
	handedIn  atomic.Int64 // when a message came last, in nanoseconds
}

// busyFor is how long somebody who has handed a message in is expected back.
const busyFor = 50 * time.Millisecond

// Busy reports whether mail is coming in at the moment.
func (s *Service) Busy() bool { return time.Now().UnixNano()-s.handedIn.Load() < int64(busyFor) }

// New starts the service; Close ends it.
func New(s *store.Store, d Directory, q Queue, hostname string, log *slog.Logger) *Service {
	return &Service{store: s, directory: d, queue: q, hostname: hostname, commits: newCommitter(s, log)}
}

// Close waits for the commits under way.
func (s *Service) Close() { s.commits.close() }
