-- Suppressions that the person asked for: only their own new, proven consent lifts one.
-- Bounces, complaints and what the account entered stay whatever anybody confirms.
-- +goose Up
ALTER TABLE suppressions ADD COLUMN opted_out BOOLEAN NOT NULL DEFAULT false;
