package account

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// ownerRow names the owner; its deferred reference holds that the member has the role.
type ownerRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	UserID    id.ID
	Role      Role
}

// TableName implements gorm's Tabler.
func (ownerRow) TableName() string { return "account_owners" }

type transferRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	FromUser  id.ID
	ToUser    id.ID
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TableName implements gorm's Tabler.
func (transferRow) TableName() string { return "ownership_transfers" }

// changeRole changes a role that is still the one that was judged.
func (s *Service) changeRole(ctx context.Context, scope Scope, userID id.ID, from, to Role) error {
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&memberRow{}).Where("user_id = ? AND role = ?", userID, from).Update("role", to)
		if done.Error == nil && done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody has just changed this member. Please look again.")
		}
		return done.Error
	})
}

// deleteMember also withdraws an offer of the account to them.
func (s *Service) deleteMember(ctx context.Context, scope Scope, them Person) error {
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Where("user_id = ? AND role = ?", them.UserID, them.Role).Delete(&memberRow{})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return fault.New(fault.Conflict, "Somebody has just changed this member. Please look again.")
		}
		return tx.Where("to_user = ?", them.UserID).Delete(&transferRow{}).Error
	})
}

// replaceTransfer stores an offer in place of an earlier one.
func (s *Service) replaceTransfer(ctx context.Context, scope Scope, r transferRow) error {
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("from_user <> ''").Delete(&transferRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&r).Error
	})
}

// takeTransfer returns the open offer, and false when there is none.
func (s *Service) takeTransfer(ctx context.Context, scope Scope) (r transferRow, ok bool, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("expires_at > ?", s.store.Now()).Take(&r).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return r, false, nil
	}
	return r, err == nil, err
}

func (s *Service) deleteTransfer(ctx context.Context, scope Scope) (found bool, err error) {
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Where("expires_at > ?", s.store.Now()).Delete(&transferRow{})
		found = done.RowsAffected == 1
		return done.Error
	})
	return found, err
}

// swapOwner makes another member the owner. The old one is an admin before the new
// one is the owner, for there are never two; the reference is checked at the commit.
func (s *Service) swapOwner(ctx context.Context, scope Scope, t transferRow) error {
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		for _, step := range []func() *gorm.DB{
			func() *gorm.DB {
				return tx.Model(&memberRow{}).Where("user_id = ? AND role = ?", t.FromUser, Owner).Update("role", Admin)
			},
			func() *gorm.DB { return tx.Model(&memberRow{}).Where("user_id = ?", t.ToUser).Update("role", Owner) },
			func() *gorm.DB {
				return tx.Model(&ownerRow{}).Where("user_id = ?", t.FromUser).Update("user_id", t.ToUser)
			},
			func() *gorm.DB {
				return tx.Where("to_user = ? AND from_user = ? AND expires_at > ?", t.ToUser, t.FromUser, s.store.Now()).Delete(&transferRow{})
			},
		} {
			done := step()
			if done.Error != nil {
				return done.Error
			}
			if done.RowsAffected != 1 {
				return fault.New(fault.Conflict, "Something about this transfer has just changed. Please look again.")
			}
		}
		return nil
	})
}
