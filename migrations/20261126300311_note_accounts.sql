-- What staff note about an account, and how much they let it send in a day.
-- +goose Up
CREATE TABLE account_notes (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    note_id      {{id}} NOT NULL,
    note         TEXT NOT NULL,
    written_by   {{id}} NOT NULL,
    written_name TEXT NOT NULL,
    written_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, note_id)
);

CREATE TABLE daily_limits (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    stream     TEXT NOT NULL CHECK (stream IN ('transactional', 'broadcast')),
    deliveries BIGINT NOT NULL CHECK (deliveries >= 0), -- of a day in UTC
    PRIMARY KEY (account_id, stream)
);
