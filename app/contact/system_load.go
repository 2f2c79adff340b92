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

// columnsOf takes one part of each contact.
func columnsOf(contacts []Contact, part func(Contact) string) []string {
	values := make([]string, len(contacts))
	for i := range contacts {
		values[i] = part(contacts[i])
	}
	return values
}

func attributesOf(c Contact) string {
	if len(c.Attributes) == 0 {
		return "{}"
	}
	text, err := json.Marshal(c.Attributes)
	if err != nil {
		return "{}" // a map of strings cannot fail
	}
	return string(text)
}

// knownColumns are those that an update may change.
func knownColumns(contacts []Contact) []store.Column {
	revisions := make([]int64, len(contacts))
	for i := range contacts {
		revisions[i] = int64(contacts[i].Revision)
	}
	return []store.Column{
		{Name: "name", Values: columnsOf(contacts, func(c Contact) string { return c.Name })},
		{Name: "name_key", Values: columnsOf(contacts, func(c Contact) string { return c.NameKey })},
		{Name: "kind", Values: columnsOf(contacts, func(c Contact) string { return string(c.Kind) })},
		{Name: "company", Values: columnsOf(contacts, func(c Contact) string { return c.Company })},
		{Name: "company_key", Values: columnsOf(contacts, func(c Contact) string { return c.CompanyKey })},
		{Name: "language", Values: columnsOf(contacts, func(c Contact) string { return c.Language })},
		{Name: "time_zone", Values: columnsOf(contacts, func(c Contact) string { return c.TimeZone })},
		{Name: "attributes", Values: columnsOf(contacts, attributesOf)},
		{Name: "revision", Values: revisions},
	}
}

// InsertAll stores new contacts, whose ids, revisions and times are set, and their values.
// All were made at the same time by the same import.
func (s *Service) InsertAll(ctx context.Context, accountID id.ID, contacts []Contact, fields []Field) error {
	if len(contacts) == 0 {
		return nil
	}
	columns := append(knownColumns(contacts),
		store.Column{Name: "account_id", Values: string(accountID)},
		store.Column{Name: "contact_id", Values: columnsOf(contacts, func(c Contact) string { return string(c.ID) })},
		store.Column{Name: "address", Values: columnsOf(contacts, func(c Contact) string { return c.Address })},
		store.Column{Name: "given", Values: columnsOf(contacts, func(c Contact) string { return c.Given })},
		store.Column{Name: "import_id", Values: string(contacts[0].ImportID)},
		store.Column{Name: "created_at", Values: contacts[0].CreatedAt},
		store.Column{Name: "updated_at", Values: contacts[0].UpdatedAt},
	)
	err := s.store.SystemWrite(ctx, "store the new contacts of an import", func(ctx context.Context, tx *gorm.DB) error {
		if err := s.store.InsertMany(ctx, tx, "contacts", columns...); err != nil {
			return err
		}
		return s.insertValues(ctx, tx, accountID, contacts, fields)
	})
	if err != nil {
		return fmt.Errorf("contact: insert: %w", err)
	}
	return nil
}

func (s *Service) insertValues(ctx context.Context, tx *gorm.DB, accountID id.ID, contacts []Contact, fields []Field) error {
	var fieldIDs, contactIDs, values []string
	for _, c := range contacts {
		if len(c.Attributes) == 0 {
			continue
		}
		for _, f := range fields {
			if kept := c.Attributes[f.Key]; kept != "" {
				fieldIDs, contactIDs, values = append(fieldIDs, string(f.ID)), append(contactIDs, string(c.ID)), append(values, f.SortKey(kept))
			}
		}
	}
	return s.store.InsertMany(ctx, tx, "contact_values", store.Column{Name: "account_id", Values: string(accountID)},
		store.Column{Name: "field_id", Values: fieldIDs}, store.Column{Name: "contact_id", Values: contactIDs}, store.Column{Name: "value", Values: values})
}

// UpdateAll stores what an import, or its undoing, makes of contacts that are there.
func (s *Service) UpdateAll(ctx context.Context, accountID id.ID, contacts []Contact, fields []Field) error {
	if len(contacts) == 0 {
		return nil
	}
	keys := []store.Column{{Name: "account_id", Values: string(accountID)}, {Name: "contact_id", Values: columnsOf(contacts, func(c Contact) string { return string(c.ID) })}}
	columns := append(keys, knownColumns(contacts)...)
	times := store.Column{Name: "updated_at", Values: timesOf(contacts)}
	ids, err := list(columnsOf(contacts, func(c Contact) string { return string(c.ID) }))
	if err != nil {
		return err
	}
	err = s.store.SystemWrite(ctx, "change the contacts that an import met", func(ctx context.Context, tx *gorm.DB) error {
		if err := s.store.UpdateMany(ctx, tx, "contacts", len(keys), append(columns, times)...); err != nil {
			return err
		}
		if err := tx.Exec("DELETE FROM contact_values WHERE account_id = ? AND contact_id "+s.among(), accountID, ids).Error; err != nil {
			return err
		}
		return s.insertValues(ctx, tx, accountID, contacts, fields)
	})
	if err != nil {
		return fmt.Errorf("contact: update: %w", err)
	}
	return nil
}
