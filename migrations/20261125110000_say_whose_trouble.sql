-- Whose trouble a step tells of, which row of the table of verdicts said so, and what
-- the sender should do: with the step, so that it stays true when the table is changed.
-- +goose Up
ALTER TABLE events ADD COLUMN class TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN next_step TEXT NOT NULL DEFAULT '';
