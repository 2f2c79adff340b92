-- Which destination the mail of a recipient domain goes to, as its exchangers told
-- last; and how each destination takes our mail. Both are the operator's, not an account's.
-- +goose Up
CREATE TABLE routes (
    domain      TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    updated_at  {{ts}} NOT NULL
);

CREATE TABLE destinations (
    destination TEXT PRIMARY KEY,
    state       TEXT NOT NULL CHECK (state IN ('open', 'limited', 'resting')),
    connections INTEGER NOT NULL, -- that may be open now
    most        INTEGER NOT NULL, -- at full speed
    since       {{ts}}, -- of limited and resting
    cause       TEXT NOT NULL, -- what the server said, or why none answered
    until       {{ts}}, -- the next probe, or about when speed is full again
    step        INTEGER NOT NULL,
    updated_at  {{ts}} NOT NULL
);
