-- An account's owner can be another one, but not none.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER account_owners_stay BEFORE DELETE ON account_owners
WHEN NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = OLD.account_id)
BEGIN SELECT RAISE(ABORT, 'an account has an owner'); END;
-- +goose StatementEnd
