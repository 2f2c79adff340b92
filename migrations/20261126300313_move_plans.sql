-- Moving accounts to another version of their plan, with notice. See app/billing/system_move.go.
-- +goose Up
CREATE TABLE plan_moves (
    move_id      {{id}} PRIMARY KEY,
    plan_id      {{id}} NOT NULL,
    version      INTEGER NOT NULL, -- to which; who is on an older one moves
    effective_on TEXT NOT NULL, -- the first day on which a period may begin with it
    summary      TEXT NOT NULL, -- what changes, as owners read it
    made_by      {{id}} NOT NULL,
    made_at      {{ts}} NOT NULL,
    withdrawn_at {{ts}},
    FOREIGN KEY (plan_id, version) REFERENCES plan_versions (plan_id, version)
);
CREATE UNIQUE INDEX plan_moves_once ON plan_moves (plan_id, version) WHERE withdrawn_at IS NULL;

-- Whom it was told, once: nobody moves within the notice.
CREATE TABLE plan_move_notices (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    move_id    {{id}} NOT NULL REFERENCES plan_moves (move_id),
    told_on    TEXT NOT NULL, -- a day in UTC
    PRIMARY KEY (account_id, move_id)
);
