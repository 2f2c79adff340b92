package submission

import (
	"context"
	"log/slog"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/store"
)

// Directory knows which domains an account may send as.
type Directory interface {
	Sendable(ctx context.Context, scope account.Scope, from string) (domain.Domain, error)
}

// Waker wakes the workers of a destination.
type Waker interface{ Wake(destination string) }

// Service accepts messages. Safe for concurrent use.
type Service struct {
	store     *store.Store
	directory Directory
	waker     Waker
	hostname  string
	commits   *committer
}

// New starts the service; Close ends it.
func New(s *store.Store, d Directory, w Waker, hostname string, log *slog.Logger) *Service {
	return &Service{store: s, directory: d, waker: w, hostname: hostname, commits: newCommitter(s, log)}
}

// Close waits for the commits under way.
func (s *Service) Close() { s.commits.close() }
