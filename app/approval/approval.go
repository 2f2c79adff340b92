package approval

import (
	"context"
	"fmt"
	"sync"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/app/store"
)

// Kind is an act that takes two people.
type Kind struct {
	Name       string            // as stored, e.g. "suspension.lift"
	Title      string            // for people, e.g. "Lift a suspension"
	Permission office.Permission // of who asks and of who approves
	// Check judges whether the act can be asked for; nil allows it.
	Check func(ctx context.Context, object id.ID) error
	// Do does it, in the transaction of the approval: an error approves nothing.
	Do func(ctx context.Context, r Request) error
}

// Request is one act that was asked for.
type Request struct {
	ID        id.ID `gorm:"column:request_id;primaryKey"`
	Kind      string
	Object    id.ID // what it is done to
	Account   id.ID `gorm:"column:about_account"` // "" when it concerns none
	Reason    string
	AskedBy   id.ID
	AskedName string
	AskedAt   time.Time
	ExpiresAt time.Time

	Answer       string // "" while it waits; see StateAt
	AnsweredBy   id.ID
	AnsweredName string
	AnsweredAt   *time.Time
	Remark       string
}

// TableName implements gorm's Tabler.
func (Request) TableName() string { return "approvals" }

// The answers.
const (
	Approved  = "approved"
	Refused   = "refused"
	Withdrawn = "withdrawn"
	Expired   = "expired"
)

// Life is how long a request waits for its answer.
const Life = 7 * 24 * time.Hour

// StateAt is where the request stands: "waiting" or its answer.
func (r Request) StateAt(now time.Time) string {
	switch {
	case r.Answer != "":
		return r.Answer
	case !r.ExpiresAt.After(now):
		return Expired
	}
	return "waiting"
}

// By is a person of staff with what they may do.
type By struct {
	ID    id.ID
	Name  string
	Roles office.Roles
}

// Desk keeps the requests. Safe for concurrent use.
type Desk struct {
	store *store.Store
	audit *audit.Log
	mu    sync.RWMutex
	kinds map[string]Kind
}

// New returns a desk that knows no act yet.
func New(s *store.Store) *Desk {
	return &Desk{store: s, audit: audit.New(s), kinds: map[string]Kind{}}
}

// Register makes an act known. Call it before the first request.
func (d *Desk) Register(k Kind) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kinds[k.Name] = k
}

// Kind returns a known act.
func (d *Desk) Kind(name string) (Kind, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	k, ok := d.kinds[name]
	if !ok {
		return k, fmt.Errorf("approval: no act is called %q", name)
	}
	return k, nil
}

const whyAsked = "Say in a few words why: somebody else decides by it."

// Ask asks for an act.
func (d *Desk) Ask(ctx context.Context, by By, kind string, object, accountID id.ID, reason string) (Request, error) {
	k, err := d.Kind(kind)
	if err != nil {
		return Request{}, err
	}
	if !by.Roles.May(k.Permission) {
		return Request{}, fault.New(fault.Forbidden, office.WhyNot(k.Permission))
	}
	if reason, err = audit.CheckReason(reason, whyAsked); err != nil {
		return Request{}, err
	}
	now := d.store.Now()
	r := Request{
		ID: id.New(), Kind: kind, Object: object, Account: accountID, Reason: reason,
		AskedBy: by.ID, AskedName: by.Name, AskedAt: now, ExpiresAt: now.Add(Life),
	}
	err = d.insert(ctx, r, func(ctx context.Context) error {
		if k.Check != nil {
			if err := k.Check(ctx, object); err != nil {
				return err
			}
		}
		return d.record(ctx, by, r, "asked", reason)
	})
	return r, asIs("ask", err)
}

// Approve agrees, as somebody else than who asked, and does the act.
func (d *Desk) Approve(ctx context.Context, by By, requestID id.ID) error {
	return asIs("approve", d.answer(ctx, by, requestID, Approved, "", func(ctx context.Context, k Kind, r Request) error {
		if r.AskedBy == by.ID {
			return fault.New(fault.Conflict, "Somebody else has to agree: you asked for it.")
		}
		return k.Do(ctx, r)
	}))
}

// Refuse says no, with the reason; nothing happens.
func (d *Desk) Refuse(ctx context.Context, by By, requestID id.ID, reason string) error {
	reason, err := audit.CheckReason(reason, "Say in a few words why not.")
	if err != nil {
		return err
	}
	return asIs("refuse", d.answer(ctx, by, requestID, Refused, reason, func(context.Context, Kind, Request) error { return nil }))
}

// Withdraw takes back what one asked for.
func (d *Desk) Withdraw(ctx context.Context, by By, requestID id.ID) error {
	return asIs("withdraw", d.answer(ctx, by, requestID, Withdrawn, "", func(_ context.Context, _ Kind, r Request) error {
		if r.AskedBy != by.ID {
			return fault.New(fault.Conflict, "Only who asked for it can take it back. You can refuse it.")
		}
		return nil
	}))
}

func (d *Desk) record(ctx context.Context, by By, r Request, step audit.Action, reason string) error {
	return d.audit.Staff(ctx, audit.StaffEntry{
		StaffID: by.ID, Action: audit.Action(r.Kind) + "_" + step, Account: r.Account, Object: audit.Object{ID: r.Object}, Reason: reason,
		After: audit.Values{"request": r.ID.String(), "asked_by": r.AskedName},
	})
}

var (
	errGone    = fault.New(fault.NotFound, "There is no such request.")
	errOver    = fault.New(fault.Conflict, "This request was answered already, or it is too old.")
	errWaiting = fault.New(fault.Conflict, "This is asked for already. Somebody else has to answer it.")
)

func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("approval: %s: %w", step, err)
	}
	return err
}
