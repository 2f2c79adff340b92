-- Members and values are their own index: one tree less to write for each. They lie by
-- contact, because without statistics SQLite takes the table itself before an index of more
-- columns: lying by list, each contact that went was looked for among all members of its
-- account. Who an import joined is found by contact; its index cost each row and served only
-- undoing. The file for the other engine says the same.
-- +goose Up
CREATE TABLE list_members_slim (
    account_id TEXT NOT NULL,
    list_id    TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    import_id  TEXT NOT NULL, -- the import that joined them; ''
    joined_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (account_id, contact_id, list_id),
    FOREIGN KEY (account_id, list_id) REFERENCES lists (account_id, list_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id)
) WITHOUT ROWID;
INSERT INTO list_members_slim SELECT account_id, list_id, contact_id, import_id, joined_at FROM list_members ORDER BY account_id, contact_id, list_id;
DROP TABLE list_members;
ALTER TABLE list_members_slim RENAME TO list_members;
CREATE INDEX list_members_of_list ON list_members (account_id, list_id, contact_id);

CREATE TABLE contact_values_slim (
    account_id TEXT NOT NULL,
    field_id   TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (account_id, contact_id, field_id),
    FOREIGN KEY (account_id, field_id) REFERENCES contact_fields (account_id, field_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id)
) WITHOUT ROWID;
INSERT INTO contact_values_slim SELECT account_id, field_id, contact_id, value FROM contact_values ORDER BY account_id, contact_id, field_id;
DROP TABLE contact_values;
ALTER TABLE contact_values_slim RENAME TO contact_values;
CREATE INDEX contact_values_by_value ON contact_values (account_id, field_id, value, contact_id);
