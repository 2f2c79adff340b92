-- Where the operator has a destination's mail go instead of the usual way: from a pool of
-- our addresses that the rules do not give, through a relay instead of the recipients'
-- servers, or both.
-- +goose Up
CREATE TABLE destination_detours (
    destination TEXT PRIMARY KEY,
    pool        TEXT NOT NULL, -- '': the rules say
    relay       TEXT NOT NULL, -- its URL without the password; '': the recipients' servers
    password    {{bytes}}, -- sealed
    revision    {{id}} NOT NULL, -- new with each change
    CHECK (pool <> '' OR relay <> ''),
    CHECK (password IS NULL OR relay <> '')
);
