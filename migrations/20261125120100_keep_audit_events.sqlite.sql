-- Audit events are never changed, and go only with their account.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER audit_events_never_change BEFORE UPDATE ON audit_events
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_events_go_with_account BEFORE DELETE ON audit_events
WHEN NOT EXISTS (SELECT 1 FROM erasures e WHERE e.account_id = OLD.account_id)
BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER staff_events_never_change BEFORE UPDATE ON staff_events
BEGIN SELECT RAISE(ABORT, 'staff events are append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER staff_events_never_go BEFORE DELETE ON staff_events
BEGIN SELECT RAISE(ABORT, 'staff events are append-only'); END;
-- +goose StatementEnd
