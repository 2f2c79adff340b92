package support

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Grant is what a customer lets staff see.
type Grant struct {
	ID        id.ID
	Reason    string
	AskedBy   string // name of the person of staff; "" when it was given unasked
	AskedAt   time.Time
	GrantedAt *time.Time
	ExpiresAt *time.Time
	EndedAt   *time.Time
}

// State is where a grant stands at a moment.
func (g Grant) State(now time.Time) string {
	switch {
	case g.EndedAt != nil && g.GrantedAt == nil:
		return "refused"
	case g.EndedAt != nil:
		return "ended"
	case g.GrantedAt == nil:
		return "asked"
	case g.ExpiresAt != nil && !g.ExpiresAt.After(now):
		return "expired"
	}
	return "open"
}

// Hours are the lengths that an owner can choose.
var Hours = []int{1, 24, 72}

// Service keeps grants and views. Safe for concurrent use.
type Service struct {
	store *store.Store
	audit *audit.Log
}

// New returns a service.
func New(s *store.Store) *Service { return &Service{s, audit.New(s)} }

// Give lets staff see the account's content, unasked.
func (s *Service) Give(ctx context.Context, scope account.Scope, hours int, reason string) error {
	reason, err := audit.CheckReason(reason, askGrant)
	if err != nil {
		return err
	}
	length, err := lengthOf(hours)
	if err != nil {
		return err
	}
	now := s.store.Now()
	ends := now.Add(length)
	r := row{GrantID: id.New(), Reason: reason, AskedAt: now, GrantedBy: scope.Actor().ID, GrantedAt: &now, ExpiresAt: &ends}
	return asIs("give", s.insert(ctx, scope, &r, s.entry("support.granted", r, hours)))
}

// Answer grants what staff asked for.
func (s *Service) Answer(ctx context.Context, scope account.Scope, grantID id.ID, hours int) error {
	length, err := lengthOf(hours)
	if err != nil {
		return err
	}
	now := s.store.Now()
	ends := now.Add(length)
	err = s.change(ctx, scope, grantID, "granted_by = '' AND ended_at IS NULL",
		map[string]any{"granted_by": scope.Actor().ID, "granted_at": now, "expires_at": ends},
		func(r row) audit.Entry { return s.entry("support.granted", r, hours) })
	return s.known(err, "answer")
}

// End ends a grant, with every view under it, or refuses what was asked for.
func (s *Service) End(ctx context.Context, scope account.Scope, grantID id.ID) error {
	err := s.change(ctx, scope, grantID, "ended_at IS NULL", map[string]any{"ended_at": s.store.Now()},
		func(r row) audit.Entry { return s.entry("support.ended", r, 0) })
	return s.known(err, "end")
}

func (s *Service) entry(action audit.Action, r row, hours int) audit.Entry {
	e := audit.Entry{Action: action, Object: audit.Object{ID: r.GrantID}, After: audit.Values{"reason": r.Reason}}
	if hours > 0 {
		e.After["hours"] = strconv.Itoa(hours)
	}
	return e
}

func (s *Service) known(err error, step string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.NotFound, "There is no such request, or it was answered already.")
	}
	return asIs(step, err)
}

// askGrant is said to who gives no reason.
const askGrant = "Say in a few words what it is about, for example the number of your question."

func lengthOf(hours int) (time.Duration, error) {
	for _, h := range Hours {
		if h == hours {
			return time.Duration(h) * time.Hour, nil
		}
	}
	return 0, fault.Field("hours", "Choose 1, 24 or 72 hours.")
}

func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("support: %s: %w", step, err)
	}
	return err
}
