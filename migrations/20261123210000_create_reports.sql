-- What came back and could not be given to a delivery, for staff to look at; and how
-- often recipients complained.
-- +goose Up
CREATE TABLE reports (
    report_id   {{id}} PRIMARY KEY,
    recipient   TEXT NOT NULL, -- whom it was sent to
    mail_from   TEXT NOT NULL,
    kind        TEXT NOT NULL, -- status, complaint, unknown …
    form        TEXT NOT NULL, -- how it was recognised
    subject     TEXT NOT NULL,
    why         TEXT NOT NULL, -- it could not be given to a delivery
    content     {{bytes}} NOT NULL, -- its beginning
    received_at {{ts}} NOT NULL
);

-- A return path's host tells whose message it is.
CREATE INDEX domains_by_return_path ON domains (return_path);

ALTER TABLE account_days ADD COLUMN complained BIGINT NOT NULL DEFAULT 0;
