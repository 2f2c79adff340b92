-- What became of mail by the hour in which it became known, which is what limits on bounces
-- and complaints go by. Kept for some days.
-- +goose Up
CREATE TABLE outcome_hours (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    hour       TEXT NOT NULL, -- UTC, 2026-11-26T15
    stream     TEXT NOT NULL,
    provider   TEXT NOT NULL, -- whose servers said so; '' none of the known
    ended      BIGINT NOT NULL, -- recipients that were delivered to or bounced, at first
    hard       BIGINT NOT NULL, -- bounced because of the recipient, also later
    refused    BIGINT NOT NULL, -- because of what the mail says or whom it is from
    complained BIGINT NOT NULL,
    PRIMARY KEY (account_id, hour, stream, provider)
);
CREATE INDEX outcome_hours_bad ON outcome_hours (hour) WHERE hard > 0 OR refused > 0 OR complained > 0;
CREATE INDEX outcome_hours_old ON outcome_hours (hour);

ALTER TABLE campaign_totals ADD COLUMN hard BIGINT NOT NULL DEFAULT 0;    -- of bounced: because of the recipient
ALTER TABLE campaign_totals ADD COLUMN rejected BIGINT NOT NULL DEFAULT 0; -- of bounced: because of what it says or whom it is from

UPDATE campaign_totals SET hard = counted.n FROM (
    SELECT account_id, campaign_id, COUNT(*) AS n FROM deliveries WHERE campaign_id <> '' AND state = 'bounced' AND class = 'recipient' GROUP BY account_id, campaign_id
) AS counted WHERE counted.account_id = campaign_totals.account_id AND counted.campaign_id = campaign_totals.campaign_id;
