-- What staff changed of the operator's own things, before and after, as accounts' logs have it.
-- +goose Up
ALTER TABLE staff_events ADD COLUMN old_values {{json}} NOT NULL DEFAULT '';
ALTER TABLE staff_events ADD COLUMN new_values {{json}} NOT NULL DEFAULT '';
