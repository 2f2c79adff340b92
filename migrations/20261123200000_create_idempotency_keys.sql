-- X-SMTPServer-Idempotency-Key: a program that saw no answer sends again, and the
-- message is stored once. The primary key decides between two at the same moment.
-- +goose Up
CREATE TABLE idempotency_keys (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    key        TEXT NOT NULL,
    digest     TEXT NOT NULL, -- of what must be the same again
    message_id {{id}} NOT NULL,
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
