-- The rules of living terms, held by the database itself: history is immutable, thirty
-- days of notice, one version in force, objections before and use after the date. The
-- file for the other engine says the same.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER terms_versions_insert BEFORE INSERT ON terms_versions BEGIN
    SELECT RAISE(ABORT, 'a version has a date that exists')
        WHERE date(NEW.effective_on) IS NOT NEW.effective_on;
    SELECT RAISE(ABORT, 'versions are numbered without gaps')
        WHERE NEW.number <> 1 + (SELECT coalesce(max(number), 0) FROM terms_versions WHERE document = NEW.document);
    SELECT RAISE(ABORT, 'a version begins announced and not withdrawn')
        WHERE NEW.announced_at IS NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.told_on <> NEW.effective_on;
    SELECT RAISE(ABORT, 'only the first terms and privacy texts are founding')
        WHERE NEW.kind = 'founding' AND (NEW.number <> 1 OR NEW.document NOT IN ('terms', 'privacy'));
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

-- +goose StatementBegin
CREATE TRIGGER terms_versions_update BEFORE UPDATE ON terms_versions BEGIN
    SELECT RAISE(ABORT, 'a version never changes')
        WHERE NEW.document IS NOT OLD.document OR NEW.number IS NOT OLD.number OR NEW.title IS NOT OLD.title
        OR NEW.markdown IS NOT OLD.markdown OR NEW.digest IS NOT OLD.digest OR NEW.created_at IS NOT OLD.created_at
        OR NEW.kind IS NOT OLD.kind OR NEW.summary IS NOT OLD.summary OR NEW.reason IS NOT OLD.reason OR NEW.told_on IS NOT OLD.told_on
        OR NEW.drafted_by IS NOT OLD.drafted_by OR NEW.approved_by IS NOT OLD.approved_by OR NEW.announced_by IS NOT OLD.announced_by
        OR NEW.announced_at IS NOT OLD.announced_at OR OLD.withdrawn_at IS NOT NULL;
    SELECT RAISE(ABORT, 'the last notice is noted once')
        WHERE OLD.notified_at IS NOT NULL AND (NEW.notified_at IS NOT OLD.notified_at);
    SELECT RAISE(ABORT, 'the effective date moves only once, and only later, when the last notice is given')
        WHERE NEW.effective_on <> OLD.effective_on AND (NEW.effective_on < OLD.effective_on OR OLD.notified_at IS NOT NULL
        OR NEW.notified_at IS NULL);
    SELECT RAISE(ABORT, 'thirty days lie between the last notice and the effective date')
        WHERE NEW.notified_at IS NOT NULL AND NEW.kind = 'material' AND NEW.effective_on < date(NEW.notified_at, '+31 days');
    SELECT RAISE(ABORT, 'a notice cannot be dated back')
        WHERE NEW.notified_at IS NOT NULL AND OLD.notified_at IS NULL AND (julianday(NEW.notified_at) < julianday(OLD.announced_at)
        OR EXISTS (SELECT 1 FROM terms_mails m JOIN terms_notices n ON n.account_id = m.account_id AND n.document = m.document
        AND n.number = m.number WHERE m.document = NEW.document AND m.number = NEW.number AND m.kind = 'notice' AND m.state = 'delivered'
        AND n.required AND julianday(NEW.notified_at) < julianday(m.settled_at) AND NOT EXISTS (SELECT 1 FROM terms_mails e
        WHERE e.account_id = m.account_id AND e.document = m.document AND e.number = m.number AND e.kind = 'notice'
        AND e.state = 'delivered' AND julianday(e.settled_at) < julianday(m.settled_at))));
    SELECT RAISE(ABORT, 'not every required notice is given')
        WHERE NEW.notified_at IS NOT NULL AND OLD.notified_at IS NULL AND (EXISTS (SELECT 1 FROM terms_notices n
        WHERE n.document = NEW.document AND n.number = NEW.number AND n.required AND NOT EXISTS (SELECT 1 FROM terms_mails m
        WHERE m.account_id = n.account_id AND m.document = n.document AND m.number = n.number AND m.kind = 'notice' AND m.state <> 'queued')
        AND EXISTS (SELECT 1 FROM accounts a WHERE a.account_id = n.account_id AND a.state <> 'closed')) OR EXISTS (SELECT 1 FROM accounts a
        WHERE a.kind <> 'operator' AND a.state <> 'closed' AND NOT julianday(OLD.announced_at) < julianday(a.created_at)
        AND NOT EXISTS (SELECT 1 FROM terms_notices n WHERE n.account_id = a.account_id AND n.document = NEW.document
        AND n.number = NEW.number)));
    SELECT RAISE(ABORT, 'a version is withdrawn before it takes effect')
        WHERE NEW.withdrawn_at IS NOT NULL AND (NEW.kind = 'founding' OR julianday(NEW.withdrawn_at) < julianday('now') - 1.0 / 24
        OR julianday(NEW.withdrawn_at) < julianday(OLD.announced_at) OR (OLD.notified_at IS NOT NULL
        AND date(NEW.withdrawn_at) >= OLD.effective_on));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_notices_insert BEFORE INSERT ON terms_notices BEGIN
    SELECT RAISE(ABORT, 'a notice is given after the announcement')
        WHERE NEW.seen_at IS NOT NULL OR EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number
        AND julianday(NEW.portal_at) < julianday(v.announced_at));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_notices_update BEFORE UPDATE ON terms_notices BEGIN
    SELECT RAISE(ABORT, 'a notice never changes')
        WHERE NEW.account_id IS NOT OLD.account_id OR NEW.notice_id IS NOT OLD.notice_id OR NEW.document IS NOT OLD.document
        OR NEW.number IS NOT OLD.number OR NEW.required IS NOT OLD.required OR NEW.portal_at IS NOT OLD.portal_at
        OR OLD.seen_at IS NOT NULL;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_mails_insert BEFORE INSERT ON terms_mails BEGIN
    SELECT RAISE(ABORT, 'a mail is sent after the announcement')
        WHERE EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number
        AND julianday(NEW.queued_at) < julianday(v.announced_at));
    SELECT RAISE(ABORT, 'a mail is delivered through the message log')
        WHERE NEW.state = 'delivered' OR (NEW.state = 'queued') <> (NEW.message_id IS NOT NULL);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_mails_update BEFORE UPDATE ON terms_mails BEGIN
    SELECT RAISE(ABORT, 'a mail settles once')
        WHERE NEW.account_id IS NOT OLD.account_id OR NEW.mail_id IS NOT OLD.mail_id OR NEW.document IS NOT OLD.document
        OR NEW.number IS NOT OLD.number OR NEW.kind IS NOT OLD.kind OR NEW.user_id IS NOT OLD.user_id OR NEW.address IS NOT OLD.address
        OR NEW.message_id IS NOT OLD.message_id OR NEW.queued_at IS NOT OLD.queued_at OR OLD.state <> 'queued' OR NEW.settled_at IS NULL
        OR julianday(NEW.settled_at) < julianday(OLD.queued_at);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_records_insert BEFORE INSERT ON terms_records BEGIN
    SELECT RAISE(ABORT, 'records follow one another')
        WHERE NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM terms_records WHERE account_id = NEW.account_id);
    SELECT RAISE(ABORT, 'a record is sealed')
        WHERE length(NEW.hash) <> 64;
    SELECT RAISE(ABORT, 'a record is of the text that stands')
        WHERE NOT EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document AND v.number = NEW.number AND v.digest = NEW.digest
        AND v.withdrawn_at IS NULL);
    SELECT RAISE(ABORT, 'act and channel differ')
        WHERE (NEW.act = 'objected') <> (NEW.channel = 'object');
    SELECT RAISE(ABORT, 'an objection comes before the effective date, and before an acceptance')
        WHERE NEW.act = 'objected' AND (NEW.notice_id IS NULL OR EXISTS (SELECT 1 FROM terms_versions v WHERE v.document = NEW.document
        AND v.number = NEW.number AND v.notified_at IS NOT NULL AND v.effective_on <= date(NEW.at)) OR EXISTS (SELECT 1 FROM terms_records r
        WHERE r.account_id = NEW.account_id AND r.document = NEW.document AND r.number = NEW.number AND r.act = 'accepted'));
    SELECT RAISE(ABORT, 'use is acceptance after notice, from the effective date on, without an objection')
        WHERE NEW.channel LIKE 'use%' AND (NEW.notice_id IS NULL OR NOT EXISTS (SELECT 1 FROM terms_versions v
        WHERE v.document = NEW.document AND v.number = NEW.number AND v.notified_at IS NOT NULL AND v.effective_on <= date(NEW.at))
        OR EXISTS (SELECT 1 FROM terms_records r WHERE r.account_id = NEW.account_id AND r.document = NEW.document AND r.number = NEW.number
        AND r.act = 'objected'));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_records_update BEFORE UPDATE ON terms_records BEGIN
    SELECT RAISE(ABORT, 'a record never changes')
        WHERE NEW.account_id IS NOT OLD.account_id OR NEW.seq IS NOT OLD.seq OR NEW.record_id IS NOT OLD.record_id OR NEW.act IS NOT OLD.act
        OR NEW.document IS NOT OLD.document OR NEW.number IS NOT OLD.number OR NEW.digest IS NOT OLD.digest
        OR NEW.channel IS NOT OLD.channel OR NEW.user_id IS NOT OLD.user_id OR NEW.credential_id IS NOT OLD.credential_id
        OR NEW.notice_id IS NOT OLD.notice_id OR NEW.ip IS NOT OLD.ip OR NEW.user_agent IS NOT OLD.user_agent OR NEW.at IS NOT OLD.at
        OR OLD.hash <> '';
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER terms_versions_delete BEFORE DELETE ON terms_versions BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terms_notices_delete BEFORE DELETE ON terms_notices BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terms_mails_delete BEFORE DELETE ON terms_mails BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terms_records_delete BEFORE DELETE ON terms_records BEGIN
    SELECT RAISE(ABORT, 'what was announced, told or said is never deleted');
END;
-- +goose StatementEnd
