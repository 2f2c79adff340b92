-- What waits learns by which credential it came. Row-level security would hide every row
-- from a migration.
-- +goose Up
SELECT set_config('app.system', 'on', true);
UPDATE deliveries SET credential_id = COALESCE((SELECT m.credential_id FROM messages m WHERE m.account_id = deliveries.account_id AND m.message_id = deliveries.message_id), '')
WHERE state IN ('queued', 'deferred', 'held');
