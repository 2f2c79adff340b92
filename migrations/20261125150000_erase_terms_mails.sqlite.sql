-- Who was written to goes with an erased account; that it was told, and what it said, stays.
-- +goose Up
DROP TRIGGER terms_mails_delete;
-- +goose StatementBegin
CREATE TRIGGER terms_mails_delete BEFORE DELETE ON terms_mails
WHEN NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = OLD.account_id)
BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
