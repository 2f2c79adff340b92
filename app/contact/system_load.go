package contact

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// The steps below are for imports, which store thousands of rows in one transaction that
// they open themselves. They are system steps because the guard would judge each row on
// its way; every statement names the account.

// among is "is one of this parameter's list" on either engine.
func (s *Service) among() string {
	if s.store.Engine() == store.Postgres {
		return "= ANY(ARRAY(SELECT json_array_elements_text(?::json)))" // an array keeps to the index, whatever the statistics say
	}
	return "IN (SELECT value FROM json_each(?))"
}

func list[T ~string](values []T) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("contact: %w", err)
	}
	return string(text), nil
}

// TakeTurn changes the account's counter, which makes others who add contacts to the
// account wait until this transaction is over. Call it first.
func (s *Service) TakeTurn(ctx context.Context, accountID id.ID, by int64) error {
	err := s.store.SystemWrite(ctx, "an import takes its turn", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Exec("INSERT INTO contact_totals (account_id, contacts) VALUES (?, 0) ON CONFLICT DO NOTHING", accountID).Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE contact_totals SET contacts = contacts + ? WHERE account_id = ?", by, accountID).Error
	})
	if err != nil {
		return fmt.Errorf("contact: take turn: %w", err)
	}
	return nil
}

// Among returns the account's contacts at the addresses.
func (s *Service) Among(ctx context.Context, accountID id.ID, addresses []string) (map[string]Contact, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	values, err := list(addresses)
	if err != nil {
		return nil, err
	}
	var rows []Contact
	err = s.store.SystemRead(ctx, "which rows of an import are contacts already", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM contacts WHERE account_id = ? AND address "+s.among(), accountID, values).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: among: %w", err)
	}
	found := make(map[string]Contact, len(rows))
	for _, c := range rows {
		found[c.Address] = c
	}
	return found, nil
}

// LeftAmong returns which of the addresses opted out of one of the topics.
func (s *Service) LeftAmong(ctx context.Context, accountID id.ID, topics []id.ID, addresses []string) (map[string]bool, error) {
	left := map[string]bool{}
	if len(topics) == 0 || len(addresses) == 0 {
		return left, nil
	}
	values, err := list(addresses)
	if err != nil {
		return nil, err
	}
	var found []string
	err = s.store.SystemRead(ctx, "which rows of an import opted out", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT address FROM topic_choices WHERE account_id = ? AND choice = 'out' AND topic_id IN ? AND address "+s.among(), accountID, topics, values).Scan(&found).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: left among: %w", err)
	}
	for _, address := range found {
		left[address] = true
	}
	return left, nil
}

// OnList returns which of the contacts are on a list.
func (s *Service) OnList(ctx context.Context, accountID, listID id.ID, contacts []id.ID) (map[id.ID]bool, error) {
	on := map[id.ID]bool{}
	if len(contacts) == 0 {
		return on, nil
	}
	values, err := list(contacts)
	if err != nil {
		return nil, err
	}
	var found []id.ID
	err = s.store.SystemRead(ctx, "which contacts of an import are on a list", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT contact_id FROM list_members WHERE account_id = ? AND list_id = ? AND contact_id "+s.among(), accountID, listID, values).Scan(&found).Error
	})
	if err != nil {
		return nil, fmt.Errorf("contact: on list: %w", err)
	}
	for _, contactID := range found {
		on[contactID] = true
	}
	return on, nil
}

// What imports write by the thousand, past GORM.
var (
	contactRows = store.NewBulk(`contacts`, `account_id text, contact_id text, address text, given text, import_id text, created_at timestamptz,
		name text, name_key text, kind text, company text, company_key text, language text, time_zone text, attributes text, revision int, updated_at timestamptz`,
		func(c *Contact) []any {
			return append([]any{string(c.AccountID), string(c.ID), c.Address, c.Given, string(c.ImportID), c.CreatedAt}, known(c)...)
		})

	contactChanges = store.NewBulk(`contacts`, `account_id text, contact_id text,
		name text, name_key text, kind text, company text, company_key text, language text, time_zone text, attributes text, revision int, updated_at timestamptz`,
		func(c *Contact) []any { return append([]any{string(c.AccountID), string(c.ID)}, known(c)...) })

	valueRows = store.NewBulk(`contact_values`, `account_id text, field_id text, contact_id text, value text`,
		func(v *value) []any {
			return []any{string(v.AccountID), string(v.FieldID), string(v.ContactID), v.Value}
		})

	memberRows = store.NewBulk(`list_members`, `account_id text, list_id text, contact_id text, import_id text, joined_at timestamptz`,
		func(m *Member) []any {
			return []any{string(m.AccountID), string(m.ListID), string(m.ContactID), string(m.ImportID), m.JoinedAt}
		})
)

// known is what a change may set.
func known(c *Contact) []any {
	return []any{c.Name, c.NameKey, string(c.Kind), c.Company, c.CompanyKey, c.Language, c.TimeZone, attributesOf(c), c.Revision, c.UpdatedAt}
}

func attributesOf(c *Contact) string {
	if len(c.Attributes) == 0 {
		return "{}"
	}
	text, err := json.Marshal(c.Attributes)
	if err != nil {
		return "{}" // a map of strings cannot fail
	}
	return string(text)
}

// Room is how many more contacts an account's plan has room for, and whether it bounds them
// at all. Inside of an import's turn the answer stays true until the commit.
func (s *Service) Room(ctx context.Context, accountID id.ID) (left int64, bounded bool, err error) {
	if s.most == nil {
		return 0, false, nil
	}
	most, err := s.most(ctx, accountID)
	if err != nil || most <= 0 {
		return 0, false, err
	}
	var has int64
	err = s.store.SystemRead(ctx, "count what an import adds to", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT contacts FROM contact_totals WHERE account_id = ?", accountID).Scan(&has).Error
	})
	return max(most-has, 0), true, translate("room", noContact, err)
}

// InsertAll stores new contacts of one account, with all that is set of them, and their
// values.
func (s *Service) InsertAll(ctx context.Context, contacts []Contact, fields []Field) error {
	err := s.store.SystemWrite(ctx, "store the new contacts of an import", func(_ context.Context, tx *gorm.DB) error {
		if err := contactRows.Insert(tx, contacts); err != nil {
			return err
		}
		return insertValues(tx, contacts, fields)
	})
	if err != nil {
		return fmt.Errorf("contact: insert: %w", err)
	}
	return nil
}

func insertValues(tx *gorm.DB, contacts []Contact, fields []Field) error {
	var values []value
	for _, c := range contacts {
		for _, f := range fields {
			if kept := c.Attributes[f.Key]; kept != "" {
				values = append(values, value{AccountID: c.AccountID, FieldID: f.ID, ContactID: c.ID, Value: f.SortKey(kept)})
			}
		}
	}
	return valueRows.Insert(tx, values)
}

// UpdateAll stores what an import, or its undoing, makes of contacts of an account that are
// there.
func (s *Service) UpdateAll(ctx context.Context, accountID id.ID, contacts []Contact, fields []Field) error {
	if len(contacts) == 0 {
		return nil
	}
	contactIDs := make([]id.ID, len(contacts))
	for i := range contacts {
		contactIDs[i] = contacts[i].ID
	}
	ids, err := list(contactIDs)
	if err != nil {
		return err
	}
	err = s.store.SystemWrite(ctx, "change the contacts that an import met", func(_ context.Context, tx *gorm.DB) error {
		if err := contactChanges.Update(tx, contacts, 2); err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM contact_values WHERE account_id = ? AND contact_id "+s.among(), accountID, ids).Error; err != nil {
			return err
		}
		return insertValues(tx, contacts, fields)
	})
	if err != nil {
		return fmt.Errorf("contact: update: %w", err)
	}
	return nil
}
