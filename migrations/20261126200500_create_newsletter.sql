-- The operator's own newsletter, and who of the owners wants its news. These are the
-- operator's people, in tables of their own: nothing here refers to a contact of a
-- customer, and nothing there to these (promise 6).
-- +goose Up
CREATE TABLE subscribers (
    subscriber_id {{id}} PRIMARY KEY,
    address       {{id}} NOT NULL UNIQUE, -- canonical
    given         TEXT NOT NULL,          -- as it was given
    language      TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('confirmed', 'left')),
    left_by       TEXT NOT NULL CHECK (left_by IN ('', 'mail')), -- how; '' while subscribed
    confirmed_at  {{ts}} NOT NULL,
    left_at       {{ts}}
);
CREATE INDEX subscribers_by_state ON subscribers (state, subscriber_id);

-- Evidence of consent: what somebody asked for, confirmed, and took back. Only forms that
-- nobody confirmed are forgotten; the rest goes with the subscriber alone.
CREATE TABLE subscriber_evidence (
    evidence_id {{id}} PRIMARY KEY,
    address     {{id}} NOT NULL,
    given       TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('asked', 'confirmed', 'left', 'returned')),
    language    TEXT NOT NULL,
    wording     TEXT NOT NULL, -- what they agreed to, as they read it
    proof       TEXT NOT NULL,
    asked_id    {{id}} NOT NULL, -- the form that a confirmation answers; ''
    ip          TEXT NOT NULL,
    at          {{ts}} NOT NULL
);
CREATE INDEX subscriber_evidence_by_address ON subscriber_evidence (address, evidence_id);
CREATE INDEX subscriber_evidence_by_kind ON subscriber_evidence (kind, at);
CREATE UNIQUE INDEX subscriber_evidence_once ON subscriber_evidence (asked_id) WHERE asked_id <> '';

-- Who does not want news as an owner. By person: it outlives a change of their address.
CREATE TABLE news_refusals (
    user_id    {{id}} PRIMARY KEY REFERENCES users (user_id),
    address    {{id}} NOT NULL, -- theirs at the time
    source     TEXT NOT NULL CHECK (source IN ('settings', 'mail', 'kept')), -- kept: left by a mail, came back for the newsletter alone
    refused_at {{ts}} NOT NULL
);

-- Sets of customers by rules, for the operator's mailings and their reports.
CREATE TABLE customer_segments (
    segment_id {{id}} PRIMARY KEY,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL UNIQUE,
    rules      {{json}} NOT NULL,
    created_by {{id}} NOT NULL,
    created_at {{ts}} NOT NULL,
    updated_at {{ts}} NOT NULL
);
