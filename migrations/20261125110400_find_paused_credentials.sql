-- Workers ask every two seconds which credentials are paused: nearly always none.
-- +goose Up
CREATE INDEX credentials_paused ON credentials (credential_id) WHERE paused_at IS NOT NULL;
