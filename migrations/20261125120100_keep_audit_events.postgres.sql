-- Audit events are never changed, and go only with their account.
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation'; END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION refuse_unless_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = OLD.account_id) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_events_never_change BEFORE UPDATE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_events_go_with_account BEFORE DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_unless_erasing();
CREATE TRIGGER audit_events_never_truncate BEFORE TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER staff_events_never_change BEFORE UPDATE OR DELETE ON staff_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER staff_events_never_truncate BEFORE TRUNCATE ON staff_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
