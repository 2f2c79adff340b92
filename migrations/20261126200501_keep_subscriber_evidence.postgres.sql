-- Evidence of consent to the operator's newsletter is never changed.
-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION refuse_evidence_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'evidence of consent is never changed' USING ERRCODE = '23514';
END $$;
-- +goose StatementEnd
CREATE TRIGGER subscriber_evidence_stays BEFORE UPDATE ON subscriber_evidence FOR EACH ROW EXECUTE FUNCTION refuse_evidence_change();
