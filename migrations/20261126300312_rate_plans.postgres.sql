-- A plan may hold an even rate too; it stands beside those that are set by hand.
-- +goose Up
ALTER TABLE sending_rates DROP CONSTRAINT sending_rates_kind_check;
ALTER TABLE sending_rates ADD CONSTRAINT sending_rates_kind_check CHECK (kind IN ('account', 'plan', 'stream', 'credential'));
