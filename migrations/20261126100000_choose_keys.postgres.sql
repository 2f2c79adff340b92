-- PostgreSQL takes the newest of indexes that look equally good, as all do whose first
-- column is bound while their table is empty or unknown, and keeps the plan for foreign
-- keys until the first ANALYZE: each insert then walked all messages of its account. So the
-- primary key becomes the newest, and where its column may come first, another one does.
-- +goose Up
DROP INDEX messages_by_domain;
CREATE INDEX messages_by_domain ON messages (domain_id, account_id, message_id);
DROP INDEX deliveries_of_message;
CREATE INDEX deliveries_of_message ON deliveries (message_id, account_id, delivery_id);
ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey, ADD PRIMARY KEY (account_id, delivery_id);

-- +goose Down
DROP INDEX messages_by_domain;
CREATE INDEX messages_by_domain ON messages (account_id, domain_id, message_id);
DROP INDEX deliveries_of_message;
CREATE INDEX deliveries_of_message ON deliveries (account_id, message_id, delivery_id);
