-- Which parts of a mailing's audience each recipient was in when it was frozen, so that
-- its report tells customer segments apart.
-- +goose Up
CREATE TABLE mailing_parts (
    account_id  {{id}} NOT NULL, -- the operator's
    campaign_id {{id}} NOT NULL,
    part        {{id}} NOT NULL, -- a customer segment, 'owners' or 'newsletter'
    number      BIGINT NOT NULL,
    PRIMARY KEY (account_id, campaign_id, part, number),
    FOREIGN KEY (account_id, campaign_id, number) REFERENCES campaign_recipients (account_id, campaign_id, number)
);
