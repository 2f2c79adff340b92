-- The ledger of consents is append-only, whoever asks.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER consents_stay BEFORE UPDATE ON consents
BEGIN
    SELECT RAISE(ABORT, 'the ledger of consents is append-only');
END;
-- +goose StatementEnd
