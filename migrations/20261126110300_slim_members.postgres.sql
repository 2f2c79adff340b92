-- Who an import joined is found by contact; the index cost each row and served only undoing.
-- And what a reference to contacts or lists is checked by must be the newest index (see
-- choose_keys): until the first ANALYZE each member walked all contacts of the account.
-- +goose Up
DROP INDEX list_members_by_import;
ALTER TABLE list_members DROP CONSTRAINT list_members_account_id_contact_id_fkey, DROP CONSTRAINT list_members_account_id_list_id_fkey;
ALTER TABLE contact_values DROP CONSTRAINT contact_values_account_id_contact_id_fkey, DROP CONSTRAINT contact_values_account_id_field_id_fkey;
ALTER TABLE forms DROP CONSTRAINT forms_account_id_list_id_fkey;
ALTER TABLE contacts DROP CONSTRAINT contacts_pkey, ADD PRIMARY KEY (account_id, contact_id);
ALTER TABLE lists DROP CONSTRAINT lists_pkey, ADD PRIMARY KEY (account_id, list_id);
ALTER TABLE contact_fields DROP CONSTRAINT contact_fields_pkey, ADD PRIMARY KEY (account_id, field_id);
ALTER TABLE list_members
    ADD FOREIGN KEY (account_id, list_id) REFERENCES lists (account_id, list_id),
    ADD FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id);
ALTER TABLE contact_values
    ADD FOREIGN KEY (account_id, field_id) REFERENCES contact_fields (account_id, field_id),
    ADD FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id);
ALTER TABLE forms ADD FOREIGN KEY (account_id, list_id) REFERENCES lists (account_id, list_id);
