-- Segments ask who opened or clicked lately: people only, by the mail as a whole.
-- +goose Up
CREATE INDEX visits_by_people ON visits (account_id, human_last, message_id) WHERE human > 0 AND link = 0;
