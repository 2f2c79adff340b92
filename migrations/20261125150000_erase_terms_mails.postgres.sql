-- Who was written to goes with an erased account; that it was told, and what it said, stays.
-- +goose Up
DROP TRIGGER terms_mails_delete ON terms_mails;
CREATE TRIGGER terms_mails_delete BEFORE DELETE ON terms_mails FOR EACH ROW EXECUTE FUNCTION refuse_unless_erasing();
CREATE TRIGGER terms_mails_truncate BEFORE TRUNCATE ON terms_mails FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
