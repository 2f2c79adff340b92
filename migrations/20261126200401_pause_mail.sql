-- People leave, or pause: a suppression may have an end. And they may leave one topic only;
-- like every suppression that holds for each attempt, whatever was frozen or queued before.
-- +goose Up
ALTER TABLE suppressions ADD COLUMN ends_at {{ts}}; -- NULL: it lasts

CREATE TABLE topic_suppressions (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    topic_id   {{id}} NOT NULL,
    address    {{id}} NOT NULL, -- lower case
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, topic_id, address)
);

-- Who left a topic before.
INSERT INTO topic_suppressions (account_id, topic_id, address, created_at)
SELECT account_id, topic_id, address, at FROM topic_choices WHERE choice = 'out';
