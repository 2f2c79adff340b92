package contact

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Add makes a contact by hand, on the given lists. The wording says how the person agreed.
func (s *Service) Add(ctx context.Context, scope account.Scope, d Draft, wording string, lists []id.ID) (Contact, error) {
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return Contact{}, err
	}
	c, problems := d.Check(fields)
	wording, err = CheckWording(wording)
	if err != nil {
		problems["consent"] = fault.SafeText(err)
	}
	if err := refusal(problems); err != nil {
		return c, err
	}
	now := s.store.Now()
	c.ID, c.Revision, c.CreatedAt, c.UpdatedAt = id.New(), 1, now, now
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := s.count(tx, 1); err != nil {
			return err
		}
		var has total
		if err := tx.Take(&has).Error; err != nil {
			return err
		}
		if err := account.Room(ctx, s.plan, scope, account.Contacts, has.Contacts-1, 1); err != nil {
			return err
		}
		if err := s.refuseErased(tx, scope.AccountID(), c.Address); err != nil {
			return err
		}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&c)
		if made.Error != nil {
			return made.Error
		}
		if made.RowsAffected == 0 {
			return fault.Field(PartEmail, "This address is a contact already. Find it in the list and change it there.")
		}
		if err := s.putValues(tx, c, fields); err != nil {
			return err
		}
		if err := s.join(tx, c, lists, ""); err != nil {
			return err
		}
		return s.record(tx, Consent{Address: c.Address, Kind: Given, Source: ByHand, Wording: wording, ActorID: scope.Actor().ID})
	})
	return c, translate("add", noList, err)
}

// Get returns one contact.
func (s *Service) Get(ctx context.Context, scope account.Scope, contactID id.ID) (c Contact, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&c, "contact_id = ?", contactID).Error
	})
	return c, translate("get", noContact, err)
}

// Change replaces what is known about a contact. The address stays: another address is
// another person, with consents of their own.
func (s *Service) Change(ctx context.Context, scope account.Scope, contactID id.ID, d Draft) error {
	fields, err := s.Fields(ctx, scope)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var old Contact
		if err := tx.Take(&old, "contact_id = ?", contactID).Error; err != nil {
			return err
		}
		d.Email = old.Given
		c, problems := d.Check(fields)
		if err := refusal(problems); err != nil {
			return err
		}
		done := tx.Model(&Contact{}).Where("contact_id = ?", contactID).
			Select("Name", "NameKey", "Kind", "Company", "CompanyKey", "Language", "TimeZone", "Attributes", "Revision", "UpdatedAt").
			Updates(Contact{
				Name: c.Name, NameKey: c.NameKey, Kind: c.Kind, Company: c.Company, CompanyKey: c.CompanyKey, Language: c.Language,
				TimeZone: c.TimeZone, Attributes: c.Attributes, Revision: old.Revision + 1, UpdatedAt: s.store.Now(),
			})
		if done.Error != nil {
			return done.Error
		}
		c.ID = contactID
		return s.putValues(tx, c, fields)
	})
	return translate("change", noContact, err)
}

// Remove takes a contact away, from all its lists too. Its consents and choices stay.
func (s *Service) Remove(ctx context.Context, scope account.Scope, contactID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := s.count(tx, -1); err != nil {
			return err
		}
		var places []Member
		if err := tx.Where("contact_id = ?", contactID).Find(&places).Error; err != nil {
			return err
		}
		for _, place := range places {
			if err := s.leave(tx, place.ListID, contactID); err != nil {
				return err
			}
		}
		if err := tx.Where("contact_id = ?", contactID).Delete(&value{}).Error; err != nil {
			return err
		}
		gone := tx.Where("contact_id = ?", contactID).Delete(&Contact{})
		if gone.Error == nil && gone.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return gone.Error
	})
	return translate("remove", noContact, err)
}

// Total is how many contacts the account has.
func (s *Service) Total(ctx context.Context, scope account.Scope) (int64, error) {
	var t total
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Take(&t).Error })
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("contact: total: %w", err)
	}
	return t.Contacts, nil
}

// total is the account's running counter.
type total struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Contacts  int64
}

// TableName implements gorm's naming.
func (total) TableName() string { return "contact_totals" }

// count changes the counter, first in its transaction: whoever adds or removes contacts
// of one account takes turns by this row, so that none meets the same address twice.
func (s *Service) count(tx *gorm.DB, by int64) error {
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&total{}).Error; err != nil {
		return err
	}
	return tx.Model(&total{}).Where("contacts >= 0").Update("contacts", gorm.Expr("contacts + ?", by)).Error
}

func (s *Service) record(tx *gorm.DB, c Consent) error {
	c.ID, c.At = id.New(), s.store.Now()
	return tx.Create(&c).Error
}
