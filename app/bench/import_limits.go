package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"smtpserver/app/contact"
	"smtpserver/app/id"
)

// madeContact is the i-th row of madeList as an import stores it.
func madeContact(accountID id.ID, i int, now time.Time) contact.Contact {
	address, name, company := madeAddress(i), fmt.Sprintf("Person Number %d", i), fmt.Sprintf("Company %d", i%10_000)
	return contact.Contact{
		AccountID: accountID, ID: id.New(), Address: address, Given: address, Name: name, NameKey: contact.Fold(name), Kind: contact.Individual,
		Company: company, CompanyKey: contact.Fold(company), Language: "en", TimeZone: "Europe/Berlin", Revision: 1, ImportID: accountID, CreatedAt: now, UpdatedAt: now,
	}
}

// bulkSQLite stores contacts with their indexes by prepared statements in large
// transactions, without reading, judging or comparing anything.
func bulkSQLite(ctx context.Context, contacts *contact.Service, accountID id.ID, rows int) error {
	const batch = 10_000
	now := time.Now().UTC()
	for start := 0; start < rows; start += batch {
		var made []contact.Contact
		for i := start; i < min(start+batch, rows); i++ {
			made = append(made, madeContact(accountID, i, now))
		}
		if err := contacts.InsertAll(ctx, made, nil); err != nil {
			return err
		}
	}
	return nil
}

// bulkPostgres copies them into the same table with its indexes; the superuser does, because
// COPY does not go with row-level security.
func bulkPostgres(ctx context.Context, adminURL string, accountID id.ID, rows int) (err error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	columns := []string{"account_id", "contact_id", "address", "given", "name", "name_key", "kind", "company", "company_key", "language", "time_zone", "attributes", "revision", "import_id", "created_at", "updated_at"}
	now, i := time.Now().UTC(), 0
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"contacts"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		if i == rows {
			return nil, nil
		}
		c := madeContact(accountID, i, now)
		i++
		return []any{
			string(c.AccountID), string(c.ID), c.Address, c.Given, c.Name, c.NameKey, string(c.Kind), c.Company, c.CompanyKey,
			c.Language, c.TimeZone, "{}", c.Revision, string(c.ImportID), c.CreatedAt, c.UpdatedAt,
		}, nil
	}))
	return err
}

// listmonkTables are the part of listmonk's schema that an import fills, with its indexes,
// and listmonkInsert is its insert of subscribers, of which a batch goes in one statement.
const (
	listmonkTables = `
	CREATE SCHEMA listmonk; SET search_path = listmonk;
	CREATE TABLE subscribers (id SERIAL PRIMARY KEY, uuid uuid NOT NULL UNIQUE, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, attribs JSONB NOT NULL DEFAULT '{}',
		status TEXT NOT NULL DEFAULT 'enabled', created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ DEFAULT now());
	CREATE UNIQUE INDEX idx_subs_email ON subscribers (LOWER(email)); CREATE INDEX idx_subs_status ON subscribers (status);
	CREATE INDEX idx_subs_id_status ON subscribers (id, status); CREATE INDEX idx_subs_created_at ON subscribers (created_at); CREATE INDEX idx_subs_updated_at ON subscribers (updated_at);
	CREATE TABLE lists (id SERIAL PRIMARY KEY, name TEXT NOT NULL); INSERT INTO lists (name) VALUES ('All');
	CREATE TABLE subscriber_lists (subscriber_id INTEGER REFERENCES subscribers (id) ON DELETE CASCADE ON UPDATE CASCADE, list_id INTEGER REFERENCES lists (id) ON DELETE CASCADE ON UPDATE CASCADE,
		meta JSONB NOT NULL DEFAULT '{}', status TEXT NOT NULL DEFAULT 'unconfirmed', created_at TIMESTAMPTZ DEFAULT now(), updated_at TIMESTAMPTZ DEFAULT now(), PRIMARY KEY (subscriber_id, list_id));
	CREATE INDEX idx_sub_lists_sub_id ON subscriber_lists (subscriber_id); CREATE INDEX idx_sub_lists_list_id ON subscriber_lists (list_id); CREATE INDEX idx_sub_lists_status ON subscriber_lists (status);`

	listmonkInsert = `
	WITH sub AS (
		INSERT INTO subscribers AS s (uuid, email, name, attribs) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[])
		ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name, attribs = EXCLUDED.attribs, updated_at = now() RETURNING id)
	INSERT INTO subscriber_lists (subscriber_id, list_id, status) SELECT id, 1, 'confirmed' FROM sub
	ON CONFLICT (subscriber_id, list_id) DO UPDATE SET updated_at = now()`

	listmonkBatch = 10_000
)

// listmonkWay stores the same people as listmonk would, by sets rather than one by one.
func listmonkWay(ctx context.Context, adminURL string, rows int) (took time.Duration, err error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, listmonkTables); err != nil {
		return 0, err
	}
	began := time.Now()
	for start := 0; start < rows; start += listmonkBatch {
		var ids, addresses, names, attributes []string
		for i := start; i < min(start+listmonkBatch, rows); i++ {
			text, err := json.Marshal(map[string]string{"company": fmt.Sprintf("Company %d", i%10_000), "language": "en", "time_zone": "Europe/Berlin"})
			if err != nil {
				return 0, err
			}
			ids, addresses, names, attributes = append(ids, uuid.NewString()), append(addresses, madeAddress(i)), append(names, fmt.Sprintf("Person Number %d", i)), append(attributes, string(text))
		}
		if _, err := conn.Exec(ctx, listmonkInsert, ids, addresses, names, attributes); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
