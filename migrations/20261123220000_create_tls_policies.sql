-- MTA-STS policies for as long as they live (RFC 8461 §3.3), and what became of TLS, a
-- row for each day, domain, host and result, for reports to the domains (RFC 8460).
-- +goose Up
CREATE TABLE tls_policies (
    domain     TEXT PRIMARY KEY,
    policy_id  TEXT NOT NULL,
    policy     TEXT NOT NULL,
    fetched_at {{ts}} NOT NULL,
    expires_at {{ts}} NOT NULL
);

CREATE TABLE tls_results (
    day      TEXT NOT NULL, -- UTC date
    domain   TEXT NOT NULL,
    kind     TEXT NOT NULL, -- tlsa, sts or no-policy-found
    host     TEXT NOT NULL, -- '' when the policy itself failed
    reason   TEXT NOT NULL, -- RFC 8460 §4.3; '' is success
    sessions BIGINT NOT NULL,
    PRIMARY KEY (day, domain, kind, host, reason)
);
