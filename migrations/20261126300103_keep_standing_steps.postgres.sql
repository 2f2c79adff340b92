-- Steps are never changed, and go only with their account.
-- +goose Up
CREATE TRIGGER standing_steps_never_change BEFORE UPDATE ON standing_steps FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER standing_steps_go_with_account BEFORE DELETE ON standing_steps FOR EACH ROW EXECUTE FUNCTION refuse_unless_erasing();
CREATE TRIGGER standing_steps_never_truncate BEFORE TRUNCATE ON standing_steps FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
