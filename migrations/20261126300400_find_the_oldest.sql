-- +goose Up
-- What waits longest of all accounts: the system page and each scrape of the metrics ask,
-- and asked every account before.
CREATE INDEX deliveries_oldest ON deliveries (delivery_id) WHERE state IN ('queued', 'deferred');

-- +goose Down
DROP INDEX deliveries_oldest;
