package account

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Suspension is why an account may not send.
type Suspension struct {
	Since  time.Time
	Reason string // as its members read it
}

// Suspend stops an account's mail, as a person of the operator or (staffID zero) the
// program: nothing is accepted, and what waits is held. Its pages stay open.
func (s *Service) Suspend(ctx context.Context, staffID, accountID id.ID, reason string) error {
	return s.turn(ctx, staffID, accountID, Active, map[string]any{"state": Paused, "suspended_at": s.store.Now(), "suspended_for": reason},
		audit.StaffEntry{Action: "account.suspended", Reason: reason}, "The account is not active, so it cannot be suspended.")
}

// Lift lets a suspended account send again. Two people decide that: see app/approval.
func (s *Service) Lift(ctx context.Context, staffID, accountID id.ID, reason string) error {
	return s.turn(ctx, staffID, accountID, Paused, map[string]any{"state": Active, "suspended_at": nil, "suspended_for": ""},
		audit.StaffEntry{Action: "account.suspension_lifted", Reason: reason}, "The account is not suspended.")
}

// turn changes the state of an account that is in another: of two at once one does.
func (s *Service) turn(ctx context.Context, staffID, accountID id.ID, from State, values map[string]any, e audit.StaffEntry, otherwise string) error {
	e.StaffID, e.Account, e.Object = staffID, accountID, audit.Object{ID: accountID}
	err := s.store.SystemWrite(ctx, "suspend an account, or lift it", func(ctx context.Context, tx *gorm.DB) error {
		values["updated_at"] = s.store.Now()
		done := tx.Model(&row{}).Where("account_id = ? AND state = ? AND kind <> ?", accountID, from, Operator).Updates(values)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, otherwise)
		}
		return s.audit.Staff(ctx, e)
	})
	if fault.Is(err, fault.Conflict) {
		return err
	}
	if err != nil {
		return translate("suspend", err)
	}
	return nil
}

// SuspensionOf returns why an account may not send; nil when it may.
func (s *Service) SuspensionOf(ctx context.Context, accountID id.ID) (*Suspension, error) {
	var found struct {
		SuspendedAt  *time.Time
		SuspendedFor string
	}
	err := s.store.SystemRead(ctx, "read why an account may not send", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT suspended_at, suspended_for FROM accounts WHERE account_id = ? AND state = 'paused'", accountID).Scan(&found).Error
	})
	if err != nil {
		return nil, translate("read the suspension", err)
	}
	if found.SuspendedAt == nil {
		return nil, nil //nolint:nilnil // most accounts have none
	}
	return &Suspension{Since: *found.SuspendedAt, Reason: found.SuspendedFor}, nil
}
