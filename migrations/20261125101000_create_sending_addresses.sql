-- The operator's addresses that mail leaves from, which pool serves whom, and how much
-- each sent to each provider on each day.
-- +goose Up
CREATE TABLE sending_addresses (
    address    TEXT PRIMARY KEY,  -- IP address of this machine
    name       TEXT NOT NULL,     -- EHLO name, the same as its reverse name
    pool       TEXT NOT NULL,
    warming    BOOLEAN NOT NULL,  -- new to providers: sends by a daily allowance
    paused     BOOLEAN NOT NULL,  -- taken out by hand
    verdict    TEXT NOT NULL CHECK (verdict IN ('unchecked', 'good', 'wrong')), -- of its reverse name
    problem    TEXT NOT NULL,     -- in words
    listed_by  TEXT NOT NULL,     -- DNS blocklist; '': none
    checked_at {{ts}},
    created_at {{ts}} NOT NULL
);

CREATE TABLE pool_rules (
    holder {{id}} NOT NULL, -- account; '': every one
    stream TEXT NOT NULL,   -- '': both
    pool   TEXT NOT NULL,
    PRIMARY KEY (holder, stream)
);

CREATE TABLE sending_days (
    address  TEXT NOT NULL,
    provider TEXT NOT NULL,
    day      TEXT NOT NULL, -- UTC date on which it really sent
    sent     BIGINT NOT NULL,
    PRIMARY KEY (address, provider, day)
);
