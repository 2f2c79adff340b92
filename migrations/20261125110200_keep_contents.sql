-- Contents are stored compressed and kept for as long as the account's plan says;
-- the message then tells when they were removed.
-- +goose Up
ALTER TABLE message_bodies ADD COLUMN encoding TEXT NOT NULL DEFAULT ''; -- '' as it is, or zstd
ALTER TABLE messages ADD COLUMN content_removed_at {{ts}};
ALTER TABLE accounts ADD COLUMN content_days INTEGER; -- NULL: what the settings say
