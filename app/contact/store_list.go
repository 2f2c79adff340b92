package contact

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Lists returns the account's lists by name.
func (s *Service) Lists(ctx context.Context, scope account.Scope) (lists []List, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("name_key").Limit(MostLists).Find(&lists).Error
	})
	return lists, translate("lists", noList, err)
}

// List returns one list.
func (s *Service) List(ctx context.Context, scope account.Scope, listID id.ID) (l List, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&l, "list_id = ?", listID).Error
	})
	return l, translate("list", noList, err)
}

// AddList makes a list; a topic may be named.
func (s *Service) AddList(ctx context.Context, scope account.Scope, name, description string, topicID id.ID) (List, error) {
	name, description, err := named(name, description)
	if err != nil {
		return List{Name: name, Description: description}, err
	}
	l := List{ID: id.New(), Name: name, NameKey: Fold(name), Description: description, CreatedAt: s.store.Now()}
	if !topicID.IsZero() {
		l.TopicID = &topicID
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&List{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= MostLists {
			return fault.Field("name", "An account has at most 1,000 lists. Remove one that is not used.")
		}
		if l.TopicID != nil {
			if err := tx.Take(&Topic{}, "topic_id = ?", topicID).Error; err != nil {
				return err
			}
		}
		return tx.Create(&l).Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return l, fault.Field("name", "There is a list of this name already.")
	}
	return l, translate("add list", noTopic, err)
}

// ChangeList renames a list.
func (s *Service) ChangeList(ctx context.Context, scope account.Scope, listID id.ID, name, description string) error {
	name, description, err := named(name, description)
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		done := tx.Model(&List{}).Where("list_id = ?", listID).Updates(map[string]any{"name": name, "name_key": Fold(name), "description": description})
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		return done.Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return fault.Field("name", "There is a list of this name already.")
	}
	return translate("change list", noList, err)
}

// Join puts a contact on a list by hand. joined is false when it was there, or when
// the person opted out of the list's topic, which the error says.
func (s *Service) Join(ctx context.Context, scope account.Scope, listID, contactID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var c Contact
		if err := tx.Take(&c, "contact_id = ?", contactID).Error; err != nil {
			return err
		}
		return s.join(tx, c, []id.ID{listID}, "")
	})
	return translate("join", noContact, err)
}

// Leave takes a contact off a list. One that is not on it is no error.
func (s *Service) Leave(ctx context.Context, scope account.Scope, listID, contactID id.ID) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Take(&Contact{}, "contact_id = ?", contactID).Error; err != nil {
			return err
		}
		return s.leave(tx, listID, contactID)
	})
	return translate("leave", noContact, err)
}

func (s *Service) join(tx *gorm.DB, c Contact, lists []id.ID, importID id.ID) error {
	for _, listID := range lists {
		var l List
		if err := tx.Take(&l, "list_id = ?", listID).Error; err != nil {
			return err
		}
		if l.TopicID != nil {
			var out int64
			err := tx.Model(&TopicChoice{}).Where("topic_id = ? AND address = ? AND choice = ?", *l.TopicID, c.Address, ChoseOut).Count(&out).Error
			if err != nil {
				return err
			}
			if out > 0 {
				return fault.Newf(fault.Conflict, "%s opted out of what %s is about. Only they can come back, by a form or their own preferences.", c.Address, l.Name)
			}
		}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Member{ListID: listID, ContactID: c.ID, ImportID: importID, JoinedAt: s.store.Now()})
		if made.Error != nil {
			return made.Error
		}
		if made.RowsAffected == 0 {
			continue
		}
		if err := tx.Model(&List{}).Where("list_id = ?", listID).Update("members", gorm.Expr("members + 1")).Error; err != nil {
			return err
		}
		if err := touch(tx, c.ID); err != nil {
			return err
		}
	}
	return nil
}

// touch lets an undo know that somebody has had a hand in this contact since.
func touch(tx *gorm.DB, contactID id.ID) error {
	return tx.Model(&Contact{}).Where("contact_id = ?", contactID).Update("revision", gorm.Expr("revision + 1")).Error
}

func (s *Service) leave(tx *gorm.DB, listID, contactID id.ID) error {
	gone := tx.Where("list_id = ? AND contact_id = ?", listID, contactID).Delete(&Member{})
	if gone.Error != nil || gone.RowsAffected == 0 {
		return gone.Error
	}
	if err := tx.Model(&List{}).Where("list_id = ?", listID).Update("members", gorm.Expr("members - 1")).Error; err != nil {
		return err
	}
	return touch(tx, contactID)
}
