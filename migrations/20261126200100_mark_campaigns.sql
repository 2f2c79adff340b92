-- A campaign's messages and deliveries name it: its lists, its sums and what pauses or
-- cancels it are found by an index, and no other mail pays for that.
-- +goose Up
ALTER TABLE messages ADD COLUMN campaign_id {{id}} NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN campaign_id {{id}} NOT NULL DEFAULT '';
CREATE INDEX deliveries_of_campaign ON deliveries (account_id, campaign_id, state, delivery_id) WHERE campaign_id <> '';
