-- People leave, or pause: a suppression may have an end. And they may leave one topic only;
-- like every suppression that holds for each attempt, whatever was frozen or queued before.
-- +goose Up
ALTER TABLE suppressions ADD COLUMN ends_at {{ts}}; -- NULL: it lasts

CREATE TABLE topic_suppressions (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    topic_id   {{id}} NOT NULL,
    address    {{id}} NOT NULL, -- lower case
    message_id {{id}}, -- the message that they left by
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, topic_id, address)
);
