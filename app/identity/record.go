package identity

import (
	"context"

	"smtpserver/app/audit"
	"smtpserver/app/id"
)

// record enters what a person did to how they sign in into the audit of every account
// that they belong to, in the transaction of ctx. The detail is a provider's or
// passkey's name; never a secret.
func (s *Service) record(ctx context.Context, u userRow, c Client, action audit.Action, detail string) error {
	e := audit.Entry{Action: action, Object: audit.Object{ID: u.UserID, Name: u.Email}}
	if detail != "" {
		e.After = audit.Values{"by": detail}
	}
	return s.recordEntry(ctx, u, c, e)
}

func (s *Service) recordEntry(ctx context.Context, u userRow, c Client, e audit.Entry) error {
	memberships, err := s.Accounts.MembershipsOf(ctx, u.UserID)
	if err != nil {
		return err
	}
	ctx = audit.From(ctx, audit.Source{Name: u.Email, IP: c.IP, UserAgent: c.UserAgent})
	for _, m := range memberships {
		if err := s.audit.By(ctx, m.Account.ID, u.UserID, e); err != nil {
			return err
		}
	}
	return nil
}

// recordOf is record for who is known by the id.
func (s *Service) recordOf(ctx context.Context, userID id.ID, c Client, action audit.Action) error {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return err
	}
	return s.record(ctx, u, c, action, "")
}

// failedFactor enters that a second factor was wrong, and returns why. What was tried
// stays on record though its transaction is gone.
func (s *Service) failedFactor(ctx context.Context, u userRow, c Client, why error) error {
	if err := s.record(ctx, u, c, "member.second_factor_failed", ""); err != nil {
		return err
	}
	return why
}
