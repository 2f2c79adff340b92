-- Acceptable use and data processing have founding texts, too. They begin only where nobody
-- is a customer yet: whom they did not bind so far is told thirty days before. The rest of
-- the trigger is as it was.
-- +goose Up
DROP TRIGGER terms_versions_insert;
-- +goose StatementBegin
CREATE TRIGGER terms_versions_insert BEFORE INSERT ON terms_versions BEGIN
    SELECT RAISE(ABORT, 'a version has a date that exists')
        WHERE date(NEW.effective_on) IS NOT NEW.effective_on;
    SELECT RAISE(ABORT, 'versions are numbered without gaps')
        WHERE NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM terms_versions WHERE document = NEW.document);
    SELECT RAISE(ABORT, 'a version begins announced and not withdrawn')
        WHERE NEW.announced_at IS NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.told_on <> NEW.effective_on;
    SELECT RAISE(ABORT, 'only a first text is founding, and none binds customers without notice')
        WHERE NEW.kind = 'founding' AND (NEW.number <> 1 OR NEW.document NOT IN ('terms', 'privacy')
        AND EXISTS (SELECT 1 FROM accounts WHERE kind <> 'operator'));
    SELECT RAISE(ABORT, 'a version is approved by somebody who did not write it')
        WHERE NEW.kind <> 'founding' AND (NEW.approved_by IS NULL OR NEW.drafted_by IS NULL OR NEW.approved_by = NEW.drafted_by);
    SELECT RAISE(ABORT, 'an announcement cannot be dated back')
        WHERE NEW.kind <> 'founding' AND julianday(NEW.announced_at) < julianday('now') - 1.0 / 24;
    SELECT RAISE(ABORT, 'another version of this document is announced and not in force yet')
        WHERE NEW.kind <> 'founding' AND EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.withdrawn_at IS NULL
        AND (v.notified_at IS NULL OR v.effective_on > date(NEW.announced_at)));
    SELECT RAISE(ABORT, 'a version takes effect after all others')
        WHERE EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.withdrawn_at IS NULL
        AND v.effective_on >= NEW.effective_on);
    SELECT RAISE(ABORT, 'notice of a material change is given at least thirty days before')
        WHERE NEW.kind = 'material' AND (NEW.notified_at IS NOT NULL OR NEW.summary = '' OR NEW.effective_on < date(NEW.announced_at, '+31 days'));
    SELECT RAISE(ABORT, 'a correction has a reason and a date ahead')
        WHERE NEW.kind = 'correction' AND (NEW.notified_at IS NULL OR NEW.reason = '' OR NEW.effective_on <= date(NEW.announced_at));
END;
-- +goose StatementEnd
