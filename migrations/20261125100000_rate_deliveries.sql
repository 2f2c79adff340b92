-- Accounts take turns by weight, and what leaves for an account, a credential or a
-- stream can be slowed to an even rate.
-- +goose Up
ALTER TABLE accounts ADD COLUMN weight INTEGER NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 1000); -- share of turns beside other accounts

ALTER TABLE deliveries ADD COLUMN credential_id {{id}} NOT NULL DEFAULT ''; -- of the message; '': made by the product itself

-- Waiting mail is found by hopping from lane to lane, an account's credential: what waits
-- in one lane costs nothing in the others.
DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_waiting ON deliveries (destination, stream, account_id, credential_id, due_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX deliveries_due ON deliveries (destination, stream, due_at) WHERE state IN ('queued', 'deferred');

CREATE TABLE sending_rates (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    kind       TEXT NOT NULL CHECK (kind IN ('account', 'stream', 'credential')),
    subject    TEXT NOT NULL, -- '', the stream, or the credential's id
    per_minute INTEGER NOT NULL CHECK (per_minute > 0),
    free_at    {{ts}} NOT NULL, -- from when on the next delivery may leave
    PRIMARY KEY (account_id, kind, subject)
);
