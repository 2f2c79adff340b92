-- An account's owner can be another one, but not none.
-- +goose Up
CREATE TRIGGER account_owners_stay BEFORE DELETE ON account_owners FOR EACH ROW EXECUTE FUNCTION refuse_unless_erasing();
