-- The operator's terms as data, and who accepted which version.
-- +goose Up
CREATE TABLE terms_versions (
    document     TEXT NOT NULL,
    number       INTEGER NOT NULL,
    effective_on TEXT NOT NULL, -- date, shown at the top
    title        TEXT NOT NULL,
    markdown     TEXT NOT NULL,
    digest       TEXT NOT NULL, -- SHA-256 of the Markdown, hexadecimal
    created_at   {{ts}} NOT NULL,
    PRIMARY KEY (document, number)
);

CREATE TABLE terms_acceptances (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    acceptance_id {{id}} NOT NULL,
    document      TEXT NOT NULL,
    number        INTEGER NOT NULL,
    digest        TEXT NOT NULL,
    user_id       {{id}} NOT NULL REFERENCES users (user_id),
    channel       TEXT NOT NULL CHECK (channel IN ('sign_up', 'accept_now', 'use')),
    ip            TEXT NOT NULL,
    user_agent    TEXT NOT NULL,
    accepted_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, acceptance_id),
    UNIQUE (account_id, document, number),
    FOREIGN KEY (document, number) REFERENCES terms_versions (document, number)
);
