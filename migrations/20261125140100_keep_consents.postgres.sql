-- The ledger of consents is append-only, whoever asks.
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger of consents is append-only' USING ERRCODE = '23514';
END $$;
-- +goose StatementEnd
CREATE TRIGGER consents_stay BEFORE UPDATE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_consent_change();
