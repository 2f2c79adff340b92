-- The rules of living terms, held by the database itself: history is immutable, thirty
-- days of notice, one version in force, objections before and use after the date. The
-- file for the other engine says the same. Row-level security hides nothing from the rules.
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION terms_versions_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF to_char(to_date(NEW.effective_on, 'YYYY-MM-DD'), 'YYYY-MM-DD') <> NEW.effective_on
    THEN RAISE EXCEPTION 'a version has a date that exists' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM terms_versions WHERE document = NEW.document)
    THEN RAISE EXCEPTION 'versions are numbered without gaps' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.announced_at IS NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.told_on <> NEW.effective_on
    THEN RAISE EXCEPTION 'a version begins announced and not withdrawn' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.kind = 'founding' AND (NEW.number <> 1 OR NEW.document NOT IN ('terms', 'privacy'))
    THEN RAISE EXCEPTION 'only the first terms and privacy texts are founding' USING ERRCODE = 'check_violation'; END IF;
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
CREATE TRIGGER terms_versions_insert BEFORE INSERT ON terms_versions FOR EACH ROW EXECUTE FUNCTION terms_versions_insert();

-- +goose StatementBegin
CREATE FUNCTION terms_versions_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.document IS DISTINCT FROM OLD.document OR NEW.number IS DISTINCT FROM OLD.number OR NEW.title IS DISTINCT FROM OLD.title
        OR NEW.markdown IS DISTINCT FROM OLD.markdown OR NEW.digest IS DISTINCT FROM OLD.digest
        OR NEW.created_at IS DISTINCT FROM OLD.created_at OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.summary IS DISTINCT FROM OLD.summary
        OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.told_on IS DISTINCT FROM OLD.told_on
        OR NEW.drafted_by IS DISTINCT FROM OLD.drafted_by OR NEW.approved_by IS DISTINCT FROM OLD.approved_by
        OR NEW.announced_by IS DISTINCT FROM OLD.announced_by OR NEW.announced_at IS DISTINCT FROM OLD.announced_at
        OR OLD.withdrawn_at IS NOT NULL
    THEN RAISE EXCEPTION 'a version never changes' USING ERRCODE = 'check_violation'; END IF;
    IF OLD.notified_at IS NOT NULL AND (NEW.notified_at IS DISTINCT FROM OLD.notified_at)
    THEN RAISE EXCEPTION 'the last notice is noted once' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.effective_on <> OLD.effective_on AND (NEW.effective_on < OLD.effective_on OR OLD.notified_at IS NOT NULL OR NEW.notified_at IS NULL)
    THEN RAISE EXCEPTION 'the effective date moves only once, and only later, when the last notice is given' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.notified_at IS NOT NULL AND NEW.kind = 'material'
        AND NEW.effective_on < to_char((NEW.notified_at AT TIME ZONE 'UTC') + interval '31 days', 'YYYY-MM-DD')
    THEN RAISE EXCEPTION 'thirty days lie between the last notice and the effective date' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.notified_at IS NOT NULL AND OLD.notified_at IS NULL AND (NEW.notified_at < OLD.announced_at
        OR EXISTS (SELECT 1 FROM terms_mails m JOIN terms_notices n ON n.account_id = m.account_id AND n.document = m.document
        AND n.number = m.number WHERE m.document = NEW.document AND m.number = NEW.number AND m.kind = 'notice' AND m.state = 'delivered'
        AND n.required AND NEW.notified_at < m.settled_at AND NOT EXISTS (SELECT 1 FROM terms_mails e WHERE e.account_id = m.account_id
        AND e.document = m.document AND e.number = m.number AND e.kind = 'notice' AND e.state = 'delivered'
        AND e.settled_at < m.settled_at)))
    THEN RAISE EXCEPTION 'a notice cannot be dated back' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.notified_at IS NOT NULL AND OLD.notified_at IS NULL AND (EXISTS (SELECT 1 FROM terms_notices n WHERE n.document = NEW.document
        AND n.number = NEW.number AND n.required AND NOT EXISTS (SELECT 1 FROM terms_mails m WHERE m.account_id = n.account_id
        AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state <> 'queued')
        AND EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = n.account_id AND a.state <> 'closed')) OR EXISTS (SELECT 1 FROM accounts a
        WHERE a.kind <> 'operator' AND a.state <> 'closed' AND NOT OLD.announced_at < a.created_at
        AND NOT EXISTS (SELECT 1 FROM terms_notices n WHERE n.account_id = a.account_id AND n.document = NEW.document
        AND n.number = NEW.number)))
    THEN RAISE EXCEPTION 'not every required notice is given' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.withdrawn_at IS NOT NULL AND (NEW.kind = 'founding' OR NEW.withdrawn_at < now() - interval '1 hour'
        OR NEW.withdrawn_at < OLD.announced_at OR (OLD.notified_at IS NOT NULL
        AND to_char(NEW.withdrawn_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') >= OLD.effective_on))
    THEN RAISE EXCEPTION 'a version is withdrawn before it takes effect' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_versions_update BEFORE UPDATE ON terms_versions FOR EACH ROW EXECUTE FUNCTION terms_versions_update();

-- +goose StatementBegin
CREATE FUNCTION terms_notices_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.seen_at IS NOT NULL OR EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number
        AND NEW.portal_at < v.announced_at)
    THEN RAISE EXCEPTION 'a notice is given after the announcement' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_notices_insert BEFORE INSERT ON terms_notices FOR EACH ROW EXECUTE FUNCTION terms_notices_insert();

-- +goose StatementBegin
CREATE FUNCTION terms_notices_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.notice_id IS DISTINCT FROM OLD.notice_id
        OR NEW.document IS DISTINCT FROM OLD.document OR NEW.number IS DISTINCT FROM OLD.number
        OR NEW.required IS DISTINCT FROM OLD.required OR NEW.portal_at IS DISTINCT FROM OLD.portal_at OR OLD.seen_at IS NOT NULL
    THEN RAISE EXCEPTION 'a notice never changes' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_notices_update BEFORE UPDATE ON terms_notices FOR EACH ROW EXECUTE FUNCTION terms_notices_update();

-- +goose StatementBegin
CREATE FUNCTION terms_mails_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number AND NEW.queued_at < v.announced_at)
    THEN RAISE EXCEPTION 'a mail is sent after the announcement' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.state = 'delivered' OR (NEW.state = 'queued') <> (NEW.message_id IS NOT NULL)
    THEN RAISE EXCEPTION 'a mail is delivered through the message log' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_mails_insert BEFORE INSERT ON terms_mails FOR EACH ROW EXECUTE FUNCTION terms_mails_insert();

-- +goose StatementBegin
CREATE FUNCTION terms_mails_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.mail_id IS DISTINCT FROM OLD.mail_id
        OR NEW.document IS DISTINCT FROM OLD.document OR NEW.number IS DISTINCT FROM OLD.number OR NEW.kind IS DISTINCT FROM OLD.kind
        OR NEW.user_id IS DISTINCT FROM OLD.user_id OR NEW.address IS DISTINCT FROM OLD.address
        OR NEW.message_id IS DISTINCT FROM OLD.message_id OR NEW.queued_at IS DISTINCT FROM OLD.queued_at OR OLD.state <> 'queued'
        OR NEW.settled_at IS NULL OR NEW.settled_at < OLD.queued_at
    THEN RAISE EXCEPTION 'a mail settles once' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_mails_update BEFORE UPDATE ON terms_mails FOR EACH ROW EXECUTE FUNCTION terms_mails_update();

-- +goose StatementBegin
CREATE FUNCTION terms_records_insert() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM terms_records WHERE account_id = NEW.account_id)
    THEN RAISE EXCEPTION 'records follow one another' USING ERRCODE = 'check_violation'; END IF;
    IF length(NEW.hash) <> 64
    THEN RAISE EXCEPTION 'a record is sealed' USING ERRCODE = 'check_violation'; END IF;
    IF NOT EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number AND v.digest = NEW.digest
        AND v.withdrawn_at IS NULL)
    THEN RAISE EXCEPTION 'a record is of the text that stands' USING ERRCODE = 'check_violation'; END IF;
    IF (NEW.act = 'objected') <> (NEW.channel = 'object')
    THEN RAISE EXCEPTION 'act and channel differ' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.act = 'objected' AND (NEW.notice_id IS NULL OR EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document
        AND v.number = NEW.number AND v.notified_at IS NOT NULL AND v.effective_on <= to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
        OR EXISTS (SELECT 1 FROM terms_records r WHERE r.account_id = NEW.account_id AND r.document = NEW.document AND r.number = NEW.number
        AND r.act = 'accepted'))
    THEN RAISE EXCEPTION 'an objection comes before the effective date, and before an acceptance' USING ERRCODE = 'check_violation'; END IF;
    IF NEW.channel LIKE 'use%' AND (NEW.notice_id IS NULL OR NOT EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document
        AND v.number = NEW.number AND v.notified_at IS NOT NULL AND v.effective_on <= to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD'))
        OR EXISTS (SELECT 1 FROM terms_records r WHERE r.account_id = NEW.account_id AND r.document = NEW.document AND r.number = NEW.number
        AND r.act = 'objected'))
    THEN RAISE EXCEPTION 'use is acceptance after notice, from the effective date on, without an objection' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_records_insert BEFORE INSERT ON terms_records FOR EACH ROW EXECUTE FUNCTION terms_records_insert();

-- +goose StatementBegin
CREATE FUNCTION terms_records_update() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asking text := coalesce(current_setting('app.system', true), '');
BEGIN
    PERFORM set_config('app.system', 'on', true);
    IF NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.seq IS DISTINCT FROM OLD.seq OR NEW.record_id IS DISTINCT FROM OLD.record_id
        OR NEW.act IS DISTINCT FROM OLD.act OR NEW.document IS DISTINCT FROM OLD.document OR NEW.number IS DISTINCT FROM OLD.number
        OR NEW.digest IS DISTINCT FROM OLD.digest OR NEW.channel IS DISTINCT FROM OLD.channel OR NEW.user_id IS DISTINCT FROM OLD.user_id
        OR NEW.credential_id IS DISTINCT FROM OLD.credential_id OR NEW.notice_id IS DISTINCT FROM OLD.notice_id
        OR NEW.ip IS DISTINCT FROM OLD.ip OR NEW.user_agent IS DISTINCT FROM OLD.user_agent OR NEW.at IS DISTINCT FROM OLD.at
        OR OLD.hash <> ''
    THEN RAISE EXCEPTION 'a record never changes' USING ERRCODE = 'check_violation'; END IF;
    PERFORM set_config('app.system', asking, true);
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_records_update BEFORE UPDATE ON terms_records FOR EACH ROW EXECUTE FUNCTION terms_records_update();

-- +goose StatementBegin
CREATE FUNCTION terms_keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'what was announced, told or said is never deleted' USING ERRCODE = 'check_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER terms_versions_delete BEFORE DELETE OR TRUNCATE ON terms_versions FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
CREATE TRIGGER terms_notices_delete BEFORE DELETE OR TRUNCATE ON terms_notices FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
CREATE TRIGGER terms_mails_delete BEFORE DELETE OR TRUNCATE ON terms_mails FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
CREATE TRIGGER terms_records_delete BEFORE DELETE OR TRUNCATE ON terms_records FOR EACH STATEMENT EXECUTE FUNCTION terms_keep();
