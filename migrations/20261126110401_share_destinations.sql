-- What workers agree on about a destination: how many connections each may have open
-- there, which of them heard last how it takes our mail, and from when on its rate lets
-- the next delivery go. And what the operator wants, where the defaults do not fit.
-- +goose Up
CREATE TABLE connection_shares (
    destination TEXT NOT NULL,
    worker      TEXT NOT NULL,
    connections INTEGER NOT NULL, -- that it may have open, or still has
    wants       INTEGER NOT NULL,
    until       {{ts}} NOT NULL, -- renewed while the worker lives
    PRIMARY KEY (destination, worker)
);
CREATE INDEX connection_shares_of_worker ON connection_shares (worker);

ALTER TABLE destinations ADD COLUMN worker TEXT NOT NULL DEFAULT ''; -- that heard it
CREATE INDEX destinations_news ON destinations (updated_at);

CREATE TABLE destination_rates (
    destination TEXT PRIMARY KEY,
    free_at     {{ts}} NOT NULL
);

CREATE TABLE destination_limits (
    destination    TEXT PRIMARY KEY,
    connections    INTEGER NOT NULL CHECK (connections >= 0), -- 0: the default, as below
    per_connection INTEGER NOT NULL CHECK (per_connection >= 0),
    per_minute     INTEGER NOT NULL CHECK (per_minute >= 0)
);
