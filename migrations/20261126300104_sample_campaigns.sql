-- A campaign to a doubtful audience goes to a sample first, and its content is looked at once.
-- +goose Up
ALTER TABLE campaigns ADD COLUMN sample INTEGER NOT NULL DEFAULT 0;   -- bands that get it first; 0 all
ALTER TABLE campaigns ADD COLUMN sample_why TEXT NOT NULL DEFAULT ''; -- why, for people
ALTER TABLE campaigns ADD COLUMN sampled_at {{ts}};                   -- when the last of the sample was handed over
ALTER TABLE campaigns ADD COLUMN looked BIGINT NOT NULL DEFAULT 0;    -- revision whose content was looked at and may be sent
