-- Earlier migrations moved rows that row-level security hid from them on PostgreSQL: whoever
-- upgraded has accounts without their owner, people who left a topic and would be written to,
-- and usage that was not counted by domain. Migrations see every row by now (app/store); this
-- one does over what was missed, and nothing where nothing was.
-- +goose Up
SELECT set_config('app.system', 'on', true);
INSERT INTO account_owners (account_id, user_id, role) SELECT account_id, user_id, role FROM members WHERE role = 'owner' ON CONFLICT DO NOTHING;
INSERT INTO topic_suppressions (account_id, topic_id, address, created_at)
    SELECT account_id, topic_id, address, at FROM topic_choices WHERE choice = 'out' ON CONFLICT DO NOTHING;

-- Who accepts mail meanwhile has stored its deliveries before it counts them, and waits for
-- the lock: they are counted here or there, and once.
-- +goose StatementBegin
DO $$
BEGIN
    IF (SELECT COALESCE(SUM(accepted), 0) FROM domain_days) = (SELECT COALESCE(SUM(accepted), 0) FROM account_days) THEN
        RETURN;
    END IF;
    LOCK TABLE domain_days IN EXCLUSIVE MODE;
    INSERT INTO domain_days (account_id, domain_id, day, stream, accepted)
        SELECT account_id, domain_id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD'), stream, COUNT(*) FROM deliveries GROUP BY 1, 2, 3, 4
        ON CONFLICT (account_id, day, domain_id, stream) DO UPDATE SET accepted = excluded.accepted;
END $$;
-- +goose StatementEnd
