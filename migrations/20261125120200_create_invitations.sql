-- Invitations, the one owner of each account, and the way to another one.
-- +goose Up
CREATE TABLE invitations (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    invitation_id {{id}} NOT NULL,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('admin', 'developer', 'marketer', 'billing', 'viewer')),
    token_hash    TEXT NOT NULL, -- SHA-256 of what the link carries
    invited_by    {{id}} NOT NULL,
    created_at    {{ts}} NOT NULL,
    expires_at    {{ts}} NOT NULL,
    accepted_at   {{ts}},
    accepted_by   {{id}},
    revoked_at    {{ts}},
    PRIMARY KEY (account_id, invitation_id)
);
CREATE INDEX invitations_by_token ON invitations (token_hash);
CREATE INDEX invitations_by_address ON invitations (account_id, email_key, created_at);

-- At any commit an account has one owner: at most one by the first index, and the
-- one that account_owners names by the deferred reference.
CREATE UNIQUE INDEX members_one_owner ON members (account_id) WHERE role = 'owner';
CREATE UNIQUE INDEX members_with_role ON members (account_id, user_id, role);
CREATE TABLE account_owners (
    account_id {{id}} PRIMARY KEY REFERENCES accounts (account_id),
    user_id    {{id}} NOT NULL,
    role       TEXT NOT NULL CHECK (role = 'owner'),
    FOREIGN KEY (account_id, user_id, role) REFERENCES members (account_id, user_id, role) DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO account_owners (account_id, user_id, role) SELECT account_id, user_id, role FROM members WHERE role = 'owner';

CREATE TABLE ownership_transfers (
    account_id {{id}} PRIMARY KEY REFERENCES accounts (account_id),
    from_user  {{id}} NOT NULL,
    to_user    {{id}} NOT NULL,
    created_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL
);
