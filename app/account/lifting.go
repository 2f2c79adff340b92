package account

import (
	"context"

	"smtpserver/app/approval"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/office"
)

// LiftSuspension names the act of letting a suspended account send again.
const LiftSuspension = "suspension.lift"

// Lifting is that act: it takes two people of the operator.
func (s *Service) Lifting() approval.Kind {
	return approval.Kind{
		Name: LiftSuspension, Title: "Lift the suspension of an account", Permission: office.LiftSuspensions,
		Check: func(ctx context.Context, accountID id.ID) error {
			found, err := s.SuspensionOf(ctx, accountID)
			if err == nil && found == nil {
				err = fault.New(fault.Conflict, "The account is not suspended.")
			}
			return err
		},
		Do: func(ctx context.Context, r approval.Request) error { return s.Lift(ctx, r.AskedBy, r.Object, r.Reason) },
	}
}
