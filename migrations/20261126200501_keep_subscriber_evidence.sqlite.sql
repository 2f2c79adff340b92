-- Evidence of consent to the operator's newsletter is never changed.
-- +goose Up
-- +goose StatementBegin
CREATE TRIGGER subscriber_evidence_stays BEFORE UPDATE ON subscriber_evidence
BEGIN
    SELECT RAISE(ABORT, 'evidence of consent is never changed');
END;
-- +goose StatementEnd
