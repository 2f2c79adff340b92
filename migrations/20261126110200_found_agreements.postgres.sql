-- Acceptable use and data processing have founding texts, too. They begin only where nobody
-- is a customer yet: whom they did not bind so far is told thirty days before. The rest of
-- the function is as it was.
-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION terms_versions_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF to_char(to_date(NEW.effective_on, 'YYYY-MM-DD'), 'YYYY-MM-DD') <> NEW.effective_on
    THEN RAISE EXCEPTION 'a version has a date that exists' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM terms_versions WHERE document = NEW.document)
    THEN RAISE EXCEPTION 'versions are numbered without gaps' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.announced_at IS NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.told_on <> NEW.effective_on
    THEN RAISE EXCEPTION 'a version begins announced and not withdrawn' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind = 'founding' AND (NEW.number <> 1 OR NEW.document NOT IN ('terms', 'privacy')
        AND EXISTS (SELECT 1 FROM accounts WHERE kind <> 'operator'))
    THEN RAISE EXCEPTION 'only a first text is founding, and none binds customers without notice' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind <> 'founding' AND (NEW.approved_by IS NULL OR NEW.drafted_by IS NULL OR NEW.approved_by = NEW.drafted_by)
    THEN RAISE EXCEPTION 'a version is approved by somebody who did not write it' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind <> 'founding' AND NEW.announced_at < now() - interval '1 hour'
    THEN RAISE EXCEPTION 'an announcement cannot be dated back' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind <> 'founding' AND EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.withdrawn_at IS NULL
        AND (v.notified_at IS NULL OR v.effective_on > to_char(NEW.announced_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')))
    THEN RAISE EXCEPTION 'another version of this document is announced and not in force yet' USING ERRCODE = 'check_violation'; END IF;
    IF EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.withdrawn_at IS NULL AND v.effective_on >= NEW.effective_on)
    THEN RAISE EXCEPTION 'a version takes effect after all others' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind = 'material' AND (NEW.notified_at IS NOT NULL OR NEW.summary = ''
        OR NEW.effective_on < to_char((NEW.announced_at AT TIME ZONE 'UTC') + interval '31 days', 'YYYY-MM-DD'))
    THEN RAISE EXCEPTION 'notice of a material change is given at least thirty days before' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind = 'correction' AND (NEW.notified_at IS NULL OR NEW.reason = ''
        OR NEW.effective_on <= to_char(NEW.announced_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
    THEN RAISE EXCEPTION 'a correction has a reason and a date ahead' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
