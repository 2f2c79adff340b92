-- Addresses are compared as bytes everywhere else. With the language's order here, a join
-- with a contact's address could use no index: it read all suppressions for each contact.
-- +goose Up
ALTER TABLE suppressions ALTER COLUMN address TYPE TEXT COLLATE "C";
