-- Acts that take two people of the operator. See app/approval.
-- +goose Up
CREATE TABLE approvals (
    request_id    {{id}} PRIMARY KEY,
    kind          TEXT NOT NULL,
    object        TEXT NOT NULL, -- id of what it is done to
    about_account {{id}} NOT NULL, -- '' when it concerns none
    reason        TEXT NOT NULL,
    asked_by      {{id}} NOT NULL,
    asked_name    TEXT NOT NULL,
    asked_at      {{ts}} NOT NULL,
    expires_at    {{ts}} NOT NULL,
    answer        TEXT NOT NULL CHECK (answer IN ('', 'approved', 'refused', 'withdrawn', 'expired')),
    answered_by   {{id}} NOT NULL,
    answered_name TEXT NOT NULL,
    answered_at   {{ts}},
    remark        TEXT NOT NULL,
    CHECK (answer <> 'approved' OR answered_by <> asked_by) -- four eyes
);
-- What is asked for is asked for once.
CREATE UNIQUE INDEX approvals_open ON approvals (kind, object) WHERE answer = '';
CREATE INDEX approvals_of_account ON approvals (about_account, request_id) WHERE about_account <> '';
