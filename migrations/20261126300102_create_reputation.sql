-- How an account stands with what it sends: what holds its mail, each step with its
-- numbers, cases with what was said in them, and what new accounts may send.
-- +goose Up
CREATE TABLE sending_guards (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    cause      TEXT NOT NULL CHECK (cause IN ('figures', 'suspension', 'stop', 'new')),
    stream     TEXT NOT NULL CHECK (stream IN ('', 'transactional', 'broadcast')), -- '' all together
    per_minute INTEGER NOT NULL CHECK (per_minute >= 0), -- deliveries that leave; 0: none
    words      TEXT NOT NULL, -- why, for people
    free_at    {{ts}} NOT NULL, -- from when on the next one may leave
    since      {{ts}} NOT NULL,
    PRIMARY KEY (account_id, cause, stream)
);

-- Nothing leaves for anybody while there is a row.
CREATE TABLE emergency_stop (
    stop_id INTEGER PRIMARY KEY CHECK (stop_id = 1),
    staff   {{id}} NOT NULL,
    reason  TEXT NOT NULL,
    since   {{ts}} NOT NULL
);

CREATE TABLE standings (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    level        INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4), -- good, warned, slowed, broadcast held, all held
    since        {{ts}} NOT NULL,
    until        {{ts}},              -- about when the figures lift it
    kept         BOOLEAN NOT NULL,    -- staff said that it stays until they lift it
    suspended    BOOLEAN NOT NULL,
    stopped      BOOLEAN NOT NULL,    -- by the kill switch
    trusted      BOOLEAN NOT NULL,    -- no limits of new accounts
    counted_from TEXT NOT NULL,       -- figures of hours up to this one are settled; ''
    case_id      {{id}} NOT NULL,     -- the open one; ''
    PRIMARY KEY (account_id)
);
CREATE INDEX standings_bad ON standings (level) WHERE level > 0 OR suspended OR stopped;

-- Append-only: what each step went by, and what it did.
CREATE TABLE standing_steps (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    step_id     {{id}} NOT NULL,
    case_id     {{id}} NOT NULL, -- '' none
    kind        TEXT NOT NULL,
    level       INTEGER NOT NULL, -- from then on
    suspended   BOOLEAN NOT NULL,
    stopped     BOOLEAN NOT NULL,
    trusted     BOOLEAN NOT NULL,
    campaign_id {{id}} NOT NULL, -- that it is about; ''
    stream      TEXT NOT NULL,
    figure      TEXT NOT NULL, -- bounces, complaints, refusals; '' none
    period      TEXT NOT NULL, -- that it was counted over
    provider    TEXT NOT NULL,
    counted     BIGINT NOT NULL,
    out_of      BIGINT NOT NULL,
    threshold   DOUBLE PRECISION NOT NULL, -- the part of out_of that was reached
    words       TEXT NOT NULL, -- what was seen and what is held
    way_out     TEXT NOT NULL,
    reason      TEXT NOT NULL, -- of a person
    staff       {{id}} NOT NULL, -- '' the figures
    at          {{ts}} NOT NULL,
    PRIMARY KEY (account_id, step_id)
);

CREATE TABLE standing_cases (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    case_id    {{id}} NOT NULL,
    opened_by  TEXT NOT NULL, -- what opened it, in words
    opened_at  {{ts}} NOT NULL,
    closed_at  {{ts}},
    PRIMARY KEY (account_id, case_id)
);
CREATE INDEX standing_cases_listed ON standing_cases (case_id);

-- What was said: signs seen at the sign-up, appeals, answers, notes of staff.
CREATE TABLE standing_notes (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    note_id    {{id}} NOT NULL,
    case_id    {{id}} NOT NULL, -- '' before there was one
    kind       TEXT NOT NULL CHECK (kind IN ('sign', 'appeal', 'answer', 'note')),
    author     {{id}} NOT NULL, -- a user; '' the program
    text       TEXT NOT NULL,
    at         {{ts}} NOT NULL,
    PRIMARY KEY (account_id, note_id)
);

-- What a new account may send in a day, growing while its figures are good.
CREATE TABLE account_starts (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    rung       INTEGER NOT NULL CHECK (rung >= 0),
    day        TEXT NOT NULL, -- UTC
    taken      BIGINT NOT NULL CHECK (taken >= 0), -- recipients of that day
    ended_at   {{ts}}, -- the limits are over
    PRIMARY KEY (account_id)
);

-- Where accounts were made, as keyed hashes, to see many from one place.
CREATE TABLE sign_up_origins (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    network    TEXT NOT NULL,
    at         {{ts}} NOT NULL,
    PRIMARY KEY (account_id)
);
CREATE INDEX sign_up_origins_of ON sign_up_origins (network, at);
