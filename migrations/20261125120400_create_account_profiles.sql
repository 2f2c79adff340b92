-- Who an account is, in law and on invoices. Without a row nothing more is known
-- than the account's name.
-- +goose Up
CREATE TABLE account_profiles (
    account_id          {{id}} PRIMARY KEY REFERENCES accounts (account_id),
    legal_name          TEXT NOT NULL,
    registration_number TEXT NOT NULL,
    tax_number          TEXT NOT NULL, -- as its country writes it, without spaces
    country             TEXT NOT NULL, -- ISO 3166-1 alpha-2
    street              TEXT NOT NULL,
    postcode            TEXT NOT NULL,
    city                TEXT NOT NULL,
    region              TEXT NOT NULL,
    contact_name        TEXT NOT NULL,
    billing_email       TEXT NOT NULL, -- '' means the owner's
    time_zone           TEXT NOT NULL, -- IANA name
    language            TEXT NOT NULL,
    updated_at          {{ts}} NOT NULL
);
