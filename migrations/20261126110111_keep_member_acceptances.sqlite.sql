-- What a member accepted never changes and is never deleted.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER member_acceptances_insert BEFORE INSERT ON member_acceptances BEGIN
    SELECT RAISE(ABORT, 'an acceptance is sealed, and of the text that stands')
        WHERE length(NEW.hash) <> 64 OR NOT EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number
        AND v.digest = NEW.digest AND v.withdrawn_at IS NULL);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER member_acceptances_update BEFORE UPDATE ON member_acceptances BEGIN
    SELECT RAISE(ABORT, 'a record never changes');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER member_acceptances_delete BEFORE DELETE ON member_acceptances BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
