-- Subscription forms, one for each list that wants one, and who sent one in. Only the
-- link of the confirmation mail makes a contact of them (double opt-in).
-- +goose Up
CREATE TABLE forms (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    form_id    {{id}} NOT NULL,
    list_id    {{id}} NOT NULL,
    wording    TEXT NOT NULL, -- what people agree to; shown above the button
    live       BOOLEAN NOT NULL,
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, form_id),
    UNIQUE (account_id, list_id),
    FOREIGN KEY (account_id, list_id) REFERENCES lists (account_id, list_id)
);
CREATE INDEX forms_by_id ON forms (form_id);

CREATE TABLE form_signups (
    account_id   {{id}} NOT NULL,
    signup_id    {{id}} NOT NULL,
    form_id      {{id}} NOT NULL,
    address      {{id}} NOT NULL,
    given        TEXT NOT NULL,
    name         TEXT NOT NULL,
    language     TEXT NOT NULL,
    wording      TEXT NOT NULL, -- as it was when they agreed
    token_hash   TEXT NOT NULL,
    ip           TEXT NOT NULL,
    asked_at     {{ts}} NOT NULL,
    confirmed_at {{ts}},
    PRIMARY KEY (account_id, signup_id),
    FOREIGN KEY (account_id, form_id) REFERENCES forms (account_id, form_id)
);
CREATE INDEX form_signups_by_token ON form_signups (token_hash);
CREATE INDEX form_signups_by_age ON form_signups (asked_at);
