package account

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Create makes an account and its owner's membership, inside the transaction in
// ctx if there is one. It is a system step: the account has no scope yet, and a
// free slug can only be found across accounts.
func (s *Service) Create(ctx context.Context, owner id.ID, p Profile) (Account, error) {
	p, err := p.Check()
	if err != nil {
		return Account{}, err
	}
	now := s.store.Now()
	r := row{AccountID: id.New(), Name: p.Name, Kind: p.Kind, State: Active, CreatedAt: now, UpdatedAt: now}
	err = s.store.SystemWrite(ctx, "create an account with its owner", func(ctx context.Context, tx *gorm.DB) error {
		var err error
		if r.Slug, err = freeSlug(tx, p.Name); err != nil {
			return err
		}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		if err := tx.Create(&memberRow{AccountID: r.AccountID, UserID: owner, Role: Owner, CreatedAt: now}).Error; err != nil {
			return err
		}
		if err := tx.Create(&ownerRow{AccountID: r.AccountID, UserID: owner, Role: Owner}).Error; err != nil {
			return err
		}
		email, err := emailOf(tx, owner)
		if err != nil {
			return err
		}
		return s.audit.By(ctx, r.AccountID, owner, audit.Entry{
			Action: "account.created", Object: audit.Object{ID: r.AccountID, Name: r.Name}, After: audit.Values{"owner": email, "kind": string(r.Kind)},
		})
	})
	if err != nil {
		return Account{}, fmt.Errorf("account: create: %w", err)
	}
	return r.account(), nil
}

// emailOf is the address of a user.
func emailOf(tx *gorm.DB, userID id.ID) (email string, err error) {
	err = tx.Raw("SELECT email FROM users WHERE user_id = ?", userID).Scan(&email).Error
	return email, err
}

// freeSlug looks before it inserts: a violated key would end the whole sign-up on
// PostgreSQL. The unique index still decides a race.
func freeSlug(tx *gorm.DB, name string) (string, error) {
	for range 20 {
		slug := newSlug(name)
		err := tx.Where("slug = ?", slug).Take(&row{}).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return slug, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", store.ErrDuplicate
}
