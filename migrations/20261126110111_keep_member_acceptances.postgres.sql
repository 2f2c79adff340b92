-- What a member accepted never changes and is never deleted.
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION member_acceptances_insert() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF length(NEW.hash) <> 64 OR NOT EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number
        AND v.digest = NEW.digest AND v.withdrawn_at IS NULL)
    THEN RAISE EXCEPTION 'an acceptance is sealed, and of the text that stands' USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER member_acceptances_insert BEFORE INSERT ON member_acceptances FOR EACH ROW EXECUTE FUNCTION member_acceptances_insert();
CREATE TRIGGER member_acceptances_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON member_acceptances FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
