-- Segments: sets of contacts by rules. The rules are data; see app/contact/segment.go.
-- +goose Up
CREATE TABLE segments (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    segment_id {{id}} NOT NULL,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    rules      {{json}} NOT NULL,
    counted    BIGINT NOT NULL, -- at the last count; -1 before the first
    counted_at {{ts}},
    created_at {{ts}} NOT NULL,
    updated_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, segment_id),
    UNIQUE (account_id, name_key)
);
