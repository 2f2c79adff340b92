package account

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type invitationRow struct {
	AccountID    id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	InvitationID id.ID `gorm:"primaryKey"`
	Email        string
	EmailKey     string
	Role         Role
	TokenHash    string
	InvitedBy    id.ID
	CreatedAt    time.Time
	ExpiresAt    time.Time
	AcceptedAt   *time.Time
	AcceptedBy   *id.ID
	RevokedAt    *time.Time
}

// TableName implements gorm's Tabler.
func (invitationRow) TableName() string { return "invitations" }

func (r invitationRow) invitation() Invitation {
	return Invitation{ID: r.InvitationID, AccountID: r.AccountID, Email: r.Email, Role: r.Role, InvitedBy: r.InvitedBy, CreatedAt: r.CreatedAt, ExpiresAt: r.ExpiresAt}
}

const open = "accepted_at IS NULL AND revoked_at IS NULL AND expires_at > ?"

// inScope runs fn in one transaction of the account; what it calls joins by the context.
func (s *Service) inScope(ctx context.Context, scope Scope, fn func(context.Context) error) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

// insertInvitation stores it and revokes an open one to the same address.
func (s *Service) insertInvitation(ctx context.Context, scope Scope, r *invitationRow) error {
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		err := tx.Model(&invitationRow{}).Where("email_key = ?", r.EmailKey).Where(open, r.CreatedAt).Update("revoked_at", r.CreatedAt).Error
		if err != nil {
			return err
		}
		return tx.Create(r).Error
	})
}

func (s *Service) invitedSince(ctx context.Context, scope Scope, emailKey string, since time.Time) (all, toThem int64, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Model(&invitationRow{}).Where("created_at > ?", since).Count(&all).Error; err != nil {
			return err
		}
		return tx.Model(&invitationRow{}).Where("email_key = ? AND created_at > ?", emailKey, since).Count(&toThem).Error
	})
	return all, toThem, err
}

func (s *Service) revokeInvitation(ctx context.Context, scope Scope, invitationID id.ID) (r invitationRow, err error) {
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&invitationRow{}).Where("invitation_id = ?", invitationID).Where(open, s.store.Now()).Update("revoked_at", s.store.Now())
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return tx.Where("invitation_id = ?", invitationID).Take(&r).Error
	})
	return r, err
}

// MostInvitations bounds what one page shows.
const MostInvitations = 100

// Invitations returns the open ones, the newest first.
func (s *Service) Invitations(ctx context.Context, scope Scope) ([]Invitation, error) {
	var rows []invitationRow
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where(open, s.store.Now()).Order("invitation_id DESC").Limit(MostInvitations).Find(&rows).Error
	})
	if err != nil {
		return nil, translate("invitations", err)
	}
	list := make([]Invitation, len(rows))
	for i, r := range rows {
		list[i] = r.invitation()
	}
	return list, nil
}
