-- More ways to sign in than a password, and what stands behind a session: linked
-- identities, authenticator apps, recovery codes, passkeys, known devices, and the
-- steps that are under way.
-- +goose Up
CREATE TABLE linked_identities (
    issuer     TEXT NOT NULL,    -- who vouches; with the subject it is the person, the address is not
    subject    TEXT NOT NULL,
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    provider   TEXT NOT NULL,    -- google, github, microsoft, oidc
    email      TEXT NOT NULL,    -- as told when linked, for showing
    created_at {{ts}} NOT NULL,
    used_at    {{ts}} NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (user_id, provider)
);

CREATE TABLE authenticators (
    user_id      {{id}} PRIMARY KEY REFERENCES users (user_id),
    secret       {{bytes}} NOT NULL, -- sealed
    last_step    BIGINT NOT NULL,    -- of the newest code that was taken: no code opens twice
    created_at   {{ts}} NOT NULL,
    confirmed_at {{ts}}              -- NULL while it is being set up
);

CREATE TABLE recovery_codes (
    user_id    {{id}} NOT NULL REFERENCES users (user_id),
    code_hash  TEXT NOT NULL, -- SHA-256 of 80 random bits
    created_at {{ts}} NOT NULL,
    used_at    {{ts}},
    PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE passkeys (
    passkey_id    {{id}} PRIMARY KEY,
    user_id       {{id}} NOT NULL REFERENCES users (user_id),
    credential_id TEXT NOT NULL UNIQUE, -- base64url, as browsers name it
    name          TEXT NOT NULL,
    credential    {{bytes}} NOT NULL,   -- the credential record of WebAuthn §4, sealed
    created_at    {{ts}} NOT NULL,
    used_at       {{ts}}
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);

CREATE TABLE known_devices (
    user_id     {{id}} NOT NULL REFERENCES users (user_id),
    device_hash TEXT NOT NULL, -- SHA-256 of the browser's long-lived cookie
    seen_at     {{ts}} NOT NULL,
    PRIMARY KEY (user_id, device_hash)
);

CREATE TABLE sign_in_flows (
    token_hash TEXT PRIMARY KEY, -- SHA-256 of the cookie's value
    kind       TEXT NOT NULL,
    user_id    {{id}} NOT NULL,  -- '' while nobody is known yet
    state      {{bytes}} NOT NULL, -- sealed
    created_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL
);
CREATE INDEX sign_in_flows_expiring ON sign_in_flows (expires_at);

ALTER TABLE sessions ADD COLUMN two_factors BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE sessions ADD COLUMN proven_at {{ts}}; -- when the person last proved who they are

ALTER TABLE accounts ADD COLUMN require_two_factors BOOLEAN NOT NULL DEFAULT FALSE;
