-- A user's address on its way to another one. Both sides confirm it.
-- +goose Up
CREATE TABLE email_changes (
    user_id    {{id}} PRIMARY KEY REFERENCES users (user_id),
    old_key    TEXT NOT NULL,
    new_email  TEXT NOT NULL,
    new_key    TEXT NOT NULL,
    old_hash   TEXT NOT NULL, -- of the token mailed to the old address
    new_hash   TEXT NOT NULL, -- of the token mailed to the new one
    old_at     {{ts}}, -- when each side confirmed
    new_at     {{ts}},
    created_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL
);
CREATE UNIQUE INDEX email_changes_by_old ON email_changes (old_hash);
CREATE UNIQUE INDEX email_changes_by_new ON email_changes (new_hash);

-- Members who joined by an invitation accepted the terms for themselves.
CREATE TABLE member_acceptances (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    document   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    digest     TEXT NOT NULL, -- of the text
    ip         TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    at         {{ts}} NOT NULL,
    hash       TEXT NOT NULL, -- SHA-256 over this record
    PRIMARY KEY (account_id, user_id, document, number),
    FOREIGN KEY (document, number) REFERENCES terms_versions (document, number)
);

-- When a closed account's waiting mail is all held: large accounts take a while.
ALTER TABLE account_closures ADD COLUMN held_at {{ts}};
