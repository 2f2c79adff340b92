-- Sending domains, their keys and records, and credentials.
-- +goose Up
CREATE TABLE domains (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    domain_id     {{id}} NOT NULL,
    name          TEXT NOT NULL, -- lower-case A-labels
    state         TEXT NOT NULL CHECK (state IN ('pending', 'verified', 'warning', 'lost')),
    reason        TEXT NOT NULL,
    return_path   TEXT NOT NULL, -- host name, a CNAME to ours
    tracking_host TEXT NOT NULL,
    dns_host      TEXT NOT NULL, -- who runs its zone, as far as the name servers tell
    verified_at   {{ts}},
    failing_since {{ts}},        -- since when a required record is wrong; 24 h later it is lost
    checked_at    {{ts}},
    next_check_at {{ts}} NOT NULL,
    created_by    {{id}} NOT NULL,
    created_at    {{ts}} NOT NULL,
    PRIMARY KEY (account_id, domain_id),
    UNIQUE (account_id, name)
);
CREATE INDEX domains_to_check ON domains (next_check_at);

-- One account per domain. No account_id column on purpose: this table decides
-- races between accounts and is read by the system only.
CREATE TABLE domain_claims (
    name       TEXT PRIMARY KEY,
    holder     {{id}} NOT NULL REFERENCES accounts (account_id),
    domain_id  {{id}} NOT NULL,
    claimed_at {{ts}} NOT NULL,
    FOREIGN KEY (holder, domain_id) REFERENCES domains (account_id, domain_id)
);

CREATE TABLE dkim_keys (
    account_id  {{id}} NOT NULL,
    key_id      {{id}} NOT NULL,
    domain_id   {{id}} NOT NULL,
    selector    TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('active', 'standby', 'retired')),
    private_key {{bytes}} NOT NULL, -- PKCS #8, sealed with the instance's key
    public_key  {{bytes}} NOT NULL, -- PKIX
    created_at  {{ts}} NOT NULL,
    retired_at  {{ts}},
    PRIMARY KEY (account_id, key_id),
    UNIQUE (account_id, domain_id, selector),
    FOREIGN KEY (account_id, domain_id) REFERENCES domains (account_id, domain_id)
);

CREATE TABLE domain_records (
    account_id  {{id}} NOT NULL,
    domain_id   {{id}} NOT NULL,
    purpose     TEXT NOT NULL, -- dkim_active, dkim_standby, return_path, tracking, spf, dmarc
    verdict     TEXT NOT NULL CHECK (verdict IN ('unchecked', 'good', 'missing', 'wrong', 'unreachable')),
    explanation TEXT NOT NULL, -- plain words
    seen        TEXT NOT NULL, -- what DNS answered
    checked_at  {{ts}},
    PRIMARY KEY (account_id, domain_id, purpose),
    FOREIGN KEY (account_id, domain_id) REFERENCES domains (account_id, domain_id)
);

CREATE TABLE credentials (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    credential_id {{id}} NOT NULL,
    name          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('smtp')),
    secret_hash   TEXT NOT NULL, -- SHA-256 of 160 random bits
    hint          TEXT NOT NULL, -- last characters, to tell credentials apart
    domain_id     {{id}},        -- NULL: every proven domain
    stream        TEXT NOT NULL CHECK (stream IN ('', 'transactional', 'broadcast')), -- '': the message chooses
    networks      TEXT NOT NULL, -- CIDRs, comma-separated; '': any address
    created_by    {{id}} NOT NULL,
    created_at    {{ts}} NOT NULL,
    last_used_at  {{ts}},
    last_used_ip  TEXT NOT NULL,
    revoked_at    {{ts}},
    PRIMARY KEY (account_id, credential_id),
    FOREIGN KEY (account_id, domain_id) REFERENCES domains (account_id, domain_id)
);
CREATE UNIQUE INDEX credentials_name ON credentials (account_id, name) WHERE revoked_at IS NULL;
CREATE INDEX credentials_secret ON credentials (secret_hash);
