-- A campaign may go to new members of its audience again and again: each round is a
-- campaign of its own that follows it.
-- +goose Up
ALTER TABLE campaigns ADD COLUMN repeat_at {{ts}}; -- when to look for new members next; NULL: it does not repeat
ALTER TABLE campaigns ADD COLUMN round INTEGER NOT NULL DEFAULT 0; -- of its series, made by itself; 0: made by a person
CREATE INDEX campaigns_repeating ON campaigns (repeat_at) WHERE repeat_at IS NOT NULL;
