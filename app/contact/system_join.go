package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// JoinAll puts contacts on a list that none of them is on.
func (s *Service) JoinAll(ctx context.Context, accountID, listID, importID id.ID, contacts []id.ID) error {
	if len(contacts) == 0 {
		return nil
	}
	places, now := make([]Member, len(contacts)), s.store.Now()
	for i := range contacts {
		places[i] = Member{AccountID: accountID, ListID: listID, ContactID: contacts[i], ImportID: importID, JoinedAt: now}
	}
	err := s.store.SystemWrite(ctx, "put the contacts of an import on a list", func(_ context.Context, tx *gorm.DB) error {
		if err := memberRows.Insert(tx, places); err != nil {
			return err
		}
		return tx.Exec("UPDATE lists SET members = members + ? WHERE account_id = ? AND list_id = ?", len(places), accountID, listID).Error
	})
	if err != nil {
		return fmt.Errorf("contact: join: %w", err)
	}
	return nil
}

// TakeBack removes contacts with their values and places on lists, and counts them out.
func (s *Service) TakeBack(ctx context.Context, accountID id.ID, contacts []id.ID) error {
	if len(contacts) == 0 {
		return nil
	}
	ids, err := list(contacts)
	if err != nil {
		return err
	}
	err = s.store.SystemWrite(ctx, "undo: remove what an import added", func(ctx context.Context, tx *gorm.DB) error {
		if err := s.TakeTurn(ctx, accountID, -int64(len(contacts))); err != nil {
			return err
		}
		if err := s.countOut(tx, "contact_id "+s.among(), accountID, ids); err != nil {
			return err
		}
		for _, table := range []string{"list_members", "contact_values", "contacts"} {
			if err := tx.Exec("DELETE FROM "+table+" WHERE account_id = ? AND contact_id "+s.among(), accountID, ids).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("contact: take back: %w", err)
	}
	return nil
}

// LeaveAll takes contacts off the lists that an import put them on.
func (s *Service) LeaveAll(ctx context.Context, accountID, importID id.ID, contacts []id.ID) error {
	if len(contacts) == 0 {
		return nil
	}
	ids, err := list(contacts)
	if err != nil {
		return err
	}
	where := "import_id = ? AND contact_id " + s.among()
	err = s.store.SystemWrite(ctx, "undo: leave the lists that an import joined", func(_ context.Context, tx *gorm.DB) error {
		if err := s.countOut(tx, where, accountID, importID, ids); err != nil {
			return err
		}
		return tx.Exec("DELETE FROM list_members WHERE account_id = ? AND "+where, accountID, importID, ids).Error
	})
	if err != nil {
		return fmt.Errorf("contact: leave: %w", err)
	}
	return nil
}

// countOut lowers the counters of lists by the members that the condition names. They are
// counted here: for a GROUP BY, SQLite goes through all members in the order of their lists.
func (s *Service) countOut(tx *gorm.DB, where string, args ...any) error {
	var places []id.ID
	if err := tx.Raw("SELECT list_id FROM list_members WHERE account_id = ? AND "+where, args...).Scan(&places).Error; err != nil {
		return err
	}
	gone := map[id.ID]int{}
	for _, listID := range places {
		gone[listID]++
	}
	for _, listID := range slices.Sorted(maps.Keys(gone)) { // one order, whoever else does
		if err := tx.Exec("UPDATE lists SET members = members - ? WHERE account_id = ? AND list_id = ?", gone[listID], args[0], listID).Error; err != nil {
			return err
		}
	}
	return nil
}

// AddedBy returns contacts that an import added, in the order of their ids, after one.
func (s *Service) AddedBy(ctx context.Context, accountID, importID, after id.ID, limit int) (rows []Contact, err error) {
	err = s.store.SystemRead(ctx, "undo: what an import added", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM contacts WHERE account_id = ? AND import_id = ? AND import_id <> '' AND contact_id > ? ORDER BY contact_id LIMIT ?",
			accountID, importID, after, limit).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: added by: %w", err)
	}
	return rows, nil
}

// ByIDs returns the contacts of the ids that are still there.
func (s *Service) ByIDs(ctx context.Context, accountID id.ID, contacts []id.ID) (map[id.ID]Contact, error) {
	ids, err := list(contacts)
	if err != nil {
		return nil, err
	}
	var rows []Contact
	err = s.store.SystemRead(ctx, "undo: contacts as they are now", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM contacts WHERE account_id = ? AND contact_id "+s.among(), accountID, ids).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: by ids: %w", err)
	}
	found := make(map[id.ID]Contact, len(rows))
	for _, c := range rows {
		found[c.ID] = c
	}
	return found, nil
}

// FieldsOf returns the fields of an account, for work without a person.
func (s *Service) FieldsOf(ctx context.Context, accountID id.ID) (fields []Field, err error) {
	err = s.store.SystemRead(ctx, "the fields that an import fills", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM contact_fields WHERE account_id = ? ORDER BY field_id", accountID).Scan(&fields).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: fields of: %w", err)
	}
	return fields, nil
}

// RecordImport enters the consent statement of an import into the ledger.
func (s *Service) RecordImport(ctx context.Context, c Consent) error {
	c.ID, c.At, c.Kind, c.Source = id.New(), s.store.Now(), Given, ByImport
	err := s.store.SystemWrite(ctx, "enter an import's consent", func(_ context.Context, tx *gorm.DB) error { return tx.Create(&c).Error })
	if err != nil {
		return fmt.Errorf("contact: record import: %w", err)
	}
	return nil
}
