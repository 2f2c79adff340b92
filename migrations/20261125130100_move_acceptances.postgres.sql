-- The acceptances so far become the first records of each account; the program seals
-- them when it starts. Without the first line row-level security would hide them all.
-- +goose Up
SELECT set_config('app.system', 'on', true);
INSERT INTO terms_records (account_id, seq, record_id, act, document, number, digest, channel, user_id, ip, user_agent, at, hash)
SELECT account_id, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY accepted_at, acceptance_id), acceptance_id, 'accepted', document, number, digest, channel, user_id, ip, user_agent, accepted_at, ''
FROM terms_acceptances;
DROP TABLE terms_acceptances;
