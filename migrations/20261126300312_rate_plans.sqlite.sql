-- A plan may hold an even rate too; it stands beside those that are set by hand.
-- +goose Up
CREATE TABLE sending_rates_anew (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    kind       TEXT NOT NULL CHECK (kind IN ('account', 'plan', 'stream', 'credential')),
    subject    TEXT NOT NULL, -- '', the stream, or the credential's id
    per_minute INTEGER NOT NULL CHECK (per_minute > 0),
    free_at    {{ts}} NOT NULL, -- from when on the next delivery may leave
    PRIMARY KEY (account_id, kind, subject)
);
INSERT INTO sending_rates_anew (account_id, kind, subject, per_minute, free_at) SELECT account_id, kind, subject, per_minute, free_at FROM sending_rates;
DROP TABLE sending_rates;
ALTER TABLE sending_rates_anew RENAME TO sending_rates;
