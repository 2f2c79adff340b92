package account

import (
	"context"

	"smtpserver/app/fault"
)

// Thing is what an account's plan may bound.
type Thing string

// The things.
const (
	Domains Thing = "domains"
	Members Thing = "members"

	Contacts Thing = "contacts"
)

// Plan says how many of a thing an account may have; 0 is no bound.
type Plan interface {
	Most(ctx context.Context, scope Scope, t Thing) (int64, error)
}

// Room fails with fault.Limited when an account's plan has no room for more of a thing. Nil
// is no plan. What an account has stays, whatever its plan becomes.
func Room(ctx context.Context, p Plan, scope Scope, t Thing, have int64, more int64) error {
	if p == nil {
		return nil
	}
	most, err := p.Most(ctx, scope, t)
	if err == nil && most > 0 && have+more > most {
		err = fault.Newf(fault.Limited, "Your plan has room for %d %s. A larger one has more: see Billing.", most, t)
	}
	return err
}

// SetPlan makes invitations heed the plan. Call it before the doors open.
func (s *Service) SetPlan(p Plan) { s.plan = p }
