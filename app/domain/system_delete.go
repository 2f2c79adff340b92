package domain

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Delete removes a domain that has sent nothing, with its keys and its claim. One
// that has sent stays, because its messages tell where they came from: whoever is
// done with it takes its records out of DNS, and it is lost a day later.
//
// It is a system step because claims belong to no account; Get is the wall.
func (s *Service) Delete(ctx context.Context, scope account.Scope, domainID id.ID) error {
	d, err := s.Get(ctx, scope, domainID)
	if err != nil {
		return err
	}
	err = s.store.SystemWrite(ctx, "delete a domain with its claim", func(ctx context.Context, tx *gorm.DB) error {
		if err := deleteAll(tx, d); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "domain.removed", Object: audit.Object{ID: d.ID, Name: d.Name}})
	})
	switch {
	case errors.Is(err, store.ErrReference):
		return s.whyKept(ctx, d)
	case err != nil:
		return fmt.Errorf("domain: delete: %w", err)
	}
	return nil
}

func deleteAll(tx *gorm.DB, d Domain) error {
	// The claim first, as everywhere: one order of locks.
	if err := tx.Exec("DELETE FROM domain_claims WHERE name = ? AND holder = ? AND domain_id = ?", d.Name, d.AccountID, d.ID).Error; err != nil {
		return err
	}
	for _, model := range []any{&recordRow{}, &dkimKey{}, &row{}} {
		if err := tx.Where("account_id = ? AND domain_id = ?", d.AccountID, d.ID).Delete(model).Error; err != nil {
			return err
		}
	}
	return nil
}

// whyKept tells which reference keeps the domain.
func (s *Service) whyKept(ctx context.Context, d Domain) error {
	var sent int64
	err := s.store.SystemRead(ctx, "tell why a domain cannot be deleted", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM (SELECT 1 FROM messages WHERE account_id = ? AND domain_id = ? LIMIT 1) AS sent", d.AccountID, d.ID).Scan(&sent).Error
	})
	switch {
	case err != nil:
		return fmt.Errorf("domain: delete: %w", err)
	case sent > 0:
		return fault.New(fault.Conflict, "This domain has sent messages, and they keep its name. To stop using it, remove its records from your DNS: a day later nothing can be sent from it.")
	}
	return fault.New(fault.Conflict, "A credential is or was restricted to this domain, and it keeps the name. To stop using the domain, remove its records from your DNS: a day later nothing can be sent from it.")
}
