-- Why and since when an account may not send.
-- +goose Up
ALTER TABLE accounts ADD COLUMN suspended_at {{ts}};
ALTER TABLE accounts ADD COLUMN suspended_for TEXT NOT NULL DEFAULT ''; -- as its members read it
