-- Whom a segment's page shows: found with the count, because it may take as long.
-- +goose Up
ALTER TABLE segments ADD COLUMN sample {{json}} NOT NULL DEFAULT '[]';
