-- Steps are never changed, and go only with their account.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER standing_steps_never_change BEFORE UPDATE ON standing_steps
BEGIN SELECT RAISE(ABORT, 'steps of a standing are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER standing_steps_go_with_account BEFORE DELETE ON standing_steps
WHEN NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = OLD.account_id)
BEGIN SELECT RAISE(ABORT, 'steps of a standing are append-only'); END;
-- +goose StatementEnd
