-- Accounts, the people in them, and how those people prove who they are.
-- +goose Up
CREATE TABLE accounts (
    account_id {{id}} PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE, -- ends in random characters, so that it tells nothing about other accounts
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('individual', 'business', 'operator')),
    state      TEXT NOT NULL CHECK (state IN ('active', 'paused', 'closed')),
    created_at {{ts}} NOT NULL,
    updated_at {{ts}} NOT NULL
);

CREATE TABLE users (
    user_id             {{id}} PRIMARY KEY,
    email               TEXT NOT NULL,        -- as typed, for showing and writing to
    email_key           TEXT NOT NULL UNIQUE, -- lower case, for finding
    name                TEXT NOT NULL,
    password_hash       TEXT NOT NULL,        -- argon2id, PHC string
    staff               BOOLEAN NOT NULL,
    theme               TEXT NOT NULL,        -- system, light or dark
    email_confirmed_at  {{ts}},
    password_changed_at {{ts}} NOT NULL,
    created_at          {{ts}} NOT NULL
);

CREATE TABLE members (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    role       TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'developer', 'marketer', 'billing', 'viewer')),
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, user_id)
);
CREATE INDEX members_of_user ON members (user_id);

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, -- SHA-256 of the cookie's value
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    ip         TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at {{ts}} NOT NULL,
    seen_at    {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_expiring ON sessions (expires_at);

CREATE TABLE one_time_tokens (
    token_hash TEXT PRIMARY KEY,
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('confirm_email', 'reset_password', 'staff_sign_in')),
    email_key  TEXT NOT NULL, -- the address it was sent to: a token dies when the address changes
    created_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL,
    used_at    {{ts}}
);
CREATE INDEX one_time_tokens_of_user ON one_time_tokens (user_id, purpose);

CREATE TABLE rate_windows (
    bucket     TEXT PRIMARY KEY, -- what is counted, addresses only as keyed hashes
    started_at {{ts}} NOT NULL,
    hits       BIGINT NOT NULL,
    previous   BIGINT NOT NULL   -- hits of the window before, for a sliding estimate
);

CREATE TABLE instance_values (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
