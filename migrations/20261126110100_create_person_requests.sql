-- People who ask what is held about them, and have it erased.
-- +goose Up
-- What a person asked for, before any account knows: behind the link of a mail.
CREATE TABLE person_inquiries (
    inquiry_id {{id}} PRIMARY KEY,
    address    {{id}} NOT NULL, -- key of the mailbox
    token_hash TEXT NOT NULL,
    created_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL, -- the link opens nothing any more
    tell       BOOLEAN NOT NULL,
    erase      BOOLEAN NOT NULL,
    asked_at   {{ts}}, -- the link was used; once
    passed_at  {{ts}}  -- every account that it concerns has it
);
CREATE UNIQUE INDEX person_inquiries_by_token ON person_inquiries (token_hash);
CREATE INDEX person_inquiries_waiting ON person_inquiries (asked_at) WHERE asked_at IS NOT NULL AND passed_at IS NULL;
CREATE INDEX person_inquiries_by_age ON person_inquiries (expires_at);

CREATE INDEX form_signups_by_address ON form_signups (account_id, address);

-- The account's part of it.
CREATE TABLE person_requests (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    request_id   {{id}} NOT NULL,
    inquiry_id   {{id}} NOT NULL,
    address      {{id}} NOT NULL, -- masked once it is no longer needed
    wish         TEXT NOT NULL CHECK (wish IN ('tell', 'erase')),
    state        TEXT NOT NULL CHECK (state IN ('open', 'sent', 'erased', 'declined')),
    asked_at     {{ts}} NOT NULL,
    due_at       {{ts}} NOT NULL,
    reason       TEXT NOT NULL, -- why it was declined
    answered_by  {{id}} NOT NULL, -- ''
    answered_at  {{ts}},
    answer_hash  TEXT NOT NULL, -- of the token by which the person opens the answer; ''
    answer_until {{ts}},
    answer       {{bytes}}, -- what was sent, sealed, until then
    PRIMARY KEY (account_id, request_id),
    UNIQUE (account_id, inquiry_id, wish)
);
CREATE INDEX person_requests_of_inquiry ON person_requests (inquiry_id);
CREATE INDEX person_requests_by_answer ON person_requests (answer_hash) WHERE answer_hash <> '';
CREATE INDEX person_requests_open ON person_requests (account_id, due_at) WHERE state = 'open';

-- Whom an account must not mail because they had themselves erased: the address is not
-- there any more, only a hash of it with the account.
CREATE TABLE erased_people (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    stream       TEXT NOT NULL CHECK (stream IN ('transactional', 'broadcast')),
    address_hash TEXT NOT NULL,
    erased_at    {{ts}} NOT NULL,
    PRIMARY KEY (account_id, stream, address_hash)
);
