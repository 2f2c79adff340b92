package departure

import (
	"context"
	"fmt"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Deps is what the service works with.
type Deps struct {
	Store    *store.Store
	Accounts *account.Service
	Box      *secret.Box // keys the hashes of suppressions
	Notifier Notifier
	Holder   Holder
	Tables   []Table // of other packages
	Extra    []Part  // likewise, what is no table
}

// Service exports, closes and erases accounts. Safe for concurrent use.
type Service struct {
	Deps
	audit *audit.Log
}

// New returns a service.
func New(d Deps) *Service { return &Service{d, audit.New(d.Store)} }

const (
	// ExportLife is how long a finished file can be downloaded.
	ExportLife = 7 * 24 * time.Hour
	// Grace is how long a closed account can be reopened.
	Grace = 14 * 24 * time.Hour
	// exportLease is how long a worker may be silent before another begins anew.
	exportLease = 5 * time.Minute
	// mostAttempts ends an export that cannot be made.
	mostAttempts = 5
	chunkSize    = 1 << 20
)

// Export is a file with everything of an account.
type Export struct {
	ID        id.ID
	State     string // queued, running, ready, failed, removed
	Part      string
	PartsDone int
	Parts     int
	Size      int64
	CreatedAt time.Time
	ExpiresAt *time.Time
}

// Ask asks for an export. While one is being made, that one is meant.
func (s *Service) Ask(ctx context.Context, scope account.Scope) error {
	r := exportRow{ExportID: id.New(), RequestedBy: scope.Actor().ID, State: "queued", Parts: len(s.parts()), CreatedAt: s.Store.Now()}
	return asIs("ask for an export", s.insertExport(ctx, scope, &r))
}

// Closure is an account that is closed and will be erased.
type Closure struct{ ClosedAt, EraseAt time.Time }

// Close closes the account: nothing is sent any more, and after the grace it is erased.
func (s *Service) Close(ctx context.Context, scope account.Scope, typedName string) error {
	a, err := s.Accounts.Get(ctx, scope)
	if err != nil {
		return err
	}
	if typedName != a.Name {
		return fault.Field("confirm_name", "Type the account's name, "+a.Name+", to show that you mean this one.")
	}
	owner, err := s.Accounts.Owner(ctx, scope)
	if err != nil {
		return err
	}
	now := s.Store.Now()
	if err := s.close(ctx, scope, a, owner.Email, closureRow{ClosedBy: scope.Actor().ID, ClosedAt: now, EraseAt: now.Add(Grace)}); err != nil {
		return asIs("close", err)
	}
	return asIs("hold what waits", s.holdSome(ctx, scope))
}

// Reopen undoes closing within the grace. What was held stays held until somebody
// releases it: nobody should be surprised by old mail.
func (s *Service) Reopen(ctx context.Context, scope account.Scope) error {
	return asIs("reopen", s.reopen(ctx, scope))
}

func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("departure: %s: %w", step, err)
	}
	return err
}
