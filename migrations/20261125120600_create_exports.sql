-- Files with everything of an account, made in the background; and how it leaves.
-- +goose Up
CREATE TABLE exports (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    export_id    {{id}} NOT NULL,
    requested_by {{id}} NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('queued', 'running', 'ready', 'failed', 'removed')),
    part         TEXT NOT NULL, -- the file that is written now
    parts_done   INTEGER NOT NULL,
    parts        INTEGER NOT NULL,
    size         BIGINT NOT NULL,
    attempts     INTEGER NOT NULL,
    lease_until  {{ts}},
    created_at   {{ts}} NOT NULL,
    ready_at     {{ts}},
    expires_at   {{ts}},
    PRIMARY KEY (account_id, export_id)
);
CREATE INDEX exports_waiting ON exports (created_at) WHERE state IN ('queued', 'running');

CREATE TABLE export_chunks (
    account_id {{id}} NOT NULL,
    export_id  {{id}} NOT NULL,
    number     INTEGER NOT NULL,
    content    {{bytes}} NOT NULL,
    PRIMARY KEY (account_id, export_id, number),
    FOREIGN KEY (account_id, export_id) REFERENCES exports (account_id, export_id)
);

CREATE TABLE account_closures (
    account_id {{id}} PRIMARY KEY REFERENCES accounts (account_id),
    closed_by  {{id}} NOT NULL,
    closed_at  {{ts}} NOT NULL,
    erase_at   {{ts}} NOT NULL
);
CREATE INDEX account_closures_due ON account_closures (erase_at);

-- What stays of the suppressions of an erased account: that an address, known only as
-- a keyed hash, did not want mail from it. No account_id: the account is gone.
CREATE TABLE erased_suppressions (
    former_account {{id}} NOT NULL,
    stream         TEXT NOT NULL,
    address_hash   TEXT NOT NULL,
    created_at     {{ts}} NOT NULL,
    PRIMARY KEY (former_account, stream, address_hash)
);
