-- What a customer lets itself send at most, and what it was told of its usage.
-- +goose Up
CREATE TABLE sending_caps (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    stream     TEXT NOT NULL CHECK (stream IN ('transactional', 'broadcast')),
    deliveries BIGINT NOT NULL CHECK (deliveries >= 0), -- of a period
    PRIMARY KEY (account_id, stream)
);

CREATE TABLE usage_alerts (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    stream       TEXT NOT NULL,
    period_start TEXT NOT NULL,
    percent      INTEGER NOT NULL CHECK (percent IN (50, 80, 100)),
    told_at      {{ts}} NOT NULL,
    PRIMARY KEY (account_id, stream, period_start, percent)
);
