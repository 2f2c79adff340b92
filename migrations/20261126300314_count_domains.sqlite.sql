-- What was accepted for each domain, counted in the transaction that accepts it.
-- +goose Up
CREATE TABLE domain_days (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    domain_id  {{id}} NOT NULL,
    day        TEXT NOT NULL, -- UTC date
    stream     TEXT NOT NULL,
    accepted   BIGINT NOT NULL, -- deliveries
    PRIMARY KEY (account_id, day, domain_id, stream)
);
INSERT INTO domain_days (account_id, domain_id, day, stream, accepted)
    SELECT account_id, domain_id, substr(created_at, 1, 10), stream, COUNT(*) FROM deliveries GROUP BY 1, 2, 3, 4;
