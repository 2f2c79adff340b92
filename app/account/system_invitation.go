package account

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Invited is an open invitation as the invited sees it.
type Invited struct {
	Invitation
	Account   Account
	InvitedBy string // address
	Known     bool   // the address has a user, who signs in to accept
}

// InvitationOf returns the open invitation of a link. It is a system step: who
// follows the link has no scope yet.
func (s *Service) InvitationOf(ctx context.Context, token string) (in Invited, err error) {
	err = s.store.SystemRead(ctx, "find the invitation of a link", func(_ context.Context, tx *gorm.DB) error {
		var r invitationRow
		if err := tx.Where("token_hash = ?", secret.Hash(token)).Where(open, s.store.Now()).Take(&r).Error; err != nil {
			return err
		}
		var a row
		if err := tx.Where("account_id = ? AND state <> ?", r.AccountID, Closed).Take(&a).Error; err != nil {
			return err
		}
		in.Invitation, in.Account = r.invitation(), a.account()
		if err := tx.Raw("SELECT email FROM users WHERE user_id = ?", r.InvitedBy).Scan(&in.InvitedBy).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT count(*) > 0 FROM users WHERE email_key = ?", r.EmailKey).Scan(&in.Known).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return in, errDeadInvitation()
	}
	return in, asIs("find an invitation", err)
}

// Accept makes the user of the invited address a member, and uses the link up. Of two
// at the same time one succeeds.
func (s *Service) Accept(ctx context.Context, token string, userID id.ID) (Account, error) {
	var joined Account
	err := s.store.SystemWrite(ctx, "accept an invitation", func(ctx context.Context, tx *gorm.DB) error {
		in, err := s.InvitationOf(ctx, token)
		if err != nil {
			return err
		}
		email, err := emailOf(tx, userID)
		if err != nil {
			return err
		}
		if !strings.EqualFold(email, in.Email) {
			return fault.Newf(fault.Forbidden, "This invitation is for %s. Sign in with that address, or ask for an invitation to yours.", in.Email)
		}
		now := s.store.Now()
		used := tx.Model(&invitationRow{}).Where("account_id = ? AND invitation_id = ?", in.AccountID, in.ID).Where(open, now).
			Updates(map[string]any{"accepted_at": now, "accepted_by": userID})
		if used.Error != nil {
			return used.Error
		}
		if used.RowsAffected == 0 {
			return errDeadInvitation()
		}
		if err := tx.Create(&memberRow{AccountID: in.AccountID, UserID: userID, Role: in.Role, CreatedAt: now}).Error; err != nil {
			return err
		}
		joined = in.Account
		return s.audit.By(ctx, in.AccountID, userID, audit.Entry{
			Action: "member.joined", Object: audit.Object{ID: userID, Name: email}, After: audit.Values{"role": string(in.Role), "invited_by": in.InvitedBy},
		})
	})
	if errors.Is(err, store.ErrDuplicate) {
		return joined, fault.New(fault.Conflict, "You are a member of this account already.")
	}
	return joined, asIs("accept an invitation", err)
}

func errDeadInvitation() error {
	return fault.New(fault.NotFound, "This invitation was used or revoked, or it is too old. Ask who invited you for a new one.")
}

// RecordTerms notes that a newcomer accepted the terms on the way into an account
// that has accepted them already.
func (s *Service) RecordTerms(ctx context.Context, accountID, userID id.ID, label, digest string) error {
	return s.audit.By(ctx, accountID, userID, audit.Entry{Action: "member.accepted_terms", After: audit.Values{"version": label, "sha256": digest}})
}
