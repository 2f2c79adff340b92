-- What a customer lets staff see, and when staff look.
-- +goose Up
CREATE TABLE support_grants (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    grant_id     {{id}} NOT NULL,
    reason       TEXT NOT NULL,
    asked_by     {{id}} NOT NULL, -- of staff; '' when the owner granted it unasked
    asked_name   TEXT NOT NULL,
    asked_at     {{ts}} NOT NULL,
    granted_by   {{id}} NOT NULL, -- '' while it is only asked for
    granted_at   {{ts}},
    expires_at   {{ts}},
    ended_at     {{ts}}, -- by the owner: ended, or refused
    PRIMARY KEY (account_id, grant_id)
);

CREATE TABLE support_views (
    account_id   {{id}} NOT NULL,
    view_id      {{id}} NOT NULL,
    grant_id     {{id}} NOT NULL,
    staff_id     {{id}} NOT NULL,
    session_hash TEXT NOT NULL, -- the one browser session in which staff see the pages
    began_at     {{ts}} NOT NULL,
    expires_at   {{ts}} NOT NULL,
    ended_at     {{ts}},
    PRIMARY KEY (account_id, view_id),
    FOREIGN KEY (account_id, grant_id) REFERENCES support_grants (account_id, grant_id)
);
CREATE INDEX support_views_of_session ON support_views (session_hash);
