-- Collecting by a payment provider: who pays with which card, what was asked for and what
-- became of it. No card number is here: a provider keeps it. See app/billing/doc.go.
-- +goose Up
CREATE TABLE payment_methods (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    customer   TEXT NOT NULL, -- the account's name at the provider; '' until it has one
    details    TEXT NOT NULL, -- fingerprint of what the provider was told of who pays
    method     TEXT NOT NULL, -- the card's name at the provider; '' when none is kept
    brand      TEXT NOT NULL,
    last4      TEXT NOT NULL CHECK (LENGTH(last4) <= 4),
    expires    TEXT NOT NULL, -- 2030-04
    automatic  BOOLEAN NOT NULL,
    kept_at    {{ts}} NOT NULL, -- when the hosted page was made that the card came by
    method_at  {{ts}} NOT NULL, -- since when it is this card: what an earlier one refused is over
    revision   INTEGER NOT NULL,
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id)
);
CREATE UNIQUE INDEX payment_methods_of_customer ON payment_methods (customer) WHERE customer <> '';

-- A charge is written before the provider is asked, and its id is the idempotency key: so
-- asking again cannot take the money twice.
CREATE TABLE charges (
    account_id {{id}} NOT NULL,
    charge_id  {{id}} NOT NULL,
    invoice_id {{id}} NOT NULL,
    way        TEXT NOT NULL CHECK (way IN ('card', 'page')),
    amount     BIGINT NOT NULL CHECK (amount > 0),
    currency   TEXT NOT NULL,
    customer   TEXT NOT NULL,
    method     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('asked', 'waiting', 'failed', 'paid', 'gone')),
    reference  TEXT NOT NULL, -- of the payment at the provider
    session    TEXT NOT NULL, -- of its hosted page
    code       TEXT NOT NULL, -- why it was refused
    revision   INTEGER NOT NULL,
    created_at {{ts}} NOT NULL,
    tried_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, charge_id),
    FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, invoice_id)
);
-- Of one invoice one charge is under way.
CREATE UNIQUE INDEX charges_under_way ON charges (account_id, invoice_id) WHERE state IN ('asked', 'waiting');
CREATE INDEX charges_unsettled ON charges (tried_at) WHERE state IN ('asked', 'waiting');
CREATE INDEX charges_of_invoice ON charges (account_id, invoice_id);
CREATE INDEX charges_by_id ON charges (charge_id);
CREATE INDEX charges_by_reference ON charges (reference);

CREATE TABLE refunds (
    account_id {{id}} NOT NULL,
    refund_id  {{id}} NOT NULL,
    charge_id  {{id}} NOT NULL,
    invoice_id {{id}} NOT NULL,
    note_id    {{id}}, -- the credit note that it pays out, if it is for one
    amount     BIGINT NOT NULL CHECK (amount > 0),
    state      TEXT NOT NULL CHECK (state IN ('asked', 'done', 'failed')),
    reference  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    asked_by   {{id}} NOT NULL, -- of staff; '' somebody at the provider
    created_at {{ts}} NOT NULL,
    tried_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, refund_id),
    FOREIGN KEY (account_id, charge_id) REFERENCES charges (account_id, charge_id),
    FOREIGN KEY (account_id, note_id) REFERENCES invoices (account_id, invoice_id)
);
CREATE INDEX refunds_of_charge ON refunds (account_id, charge_id);
CREATE INDEX refunds_asked ON refunds (tried_at) WHERE state = 'asked';

CREATE TABLE disputes (
    account_id {{id}} NOT NULL,
    dispute    TEXT NOT NULL, -- its name at the provider
    charge_id  {{id}} NOT NULL,
    invoice_id {{id}} NOT NULL,
    amount     BIGINT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('asked', 'open', 'won', 'lost', 'closed')),
    reason     TEXT NOT NULL,
    answer_by  TEXT NOT NULL, -- a day in UTC; '' when there is nothing to answer
    opened_on  TEXT NOT NULL,
    PRIMARY KEY (account_id, dispute),
    FOREIGN KEY (account_id, charge_id) REFERENCES charges (account_id, charge_id)
);
CREATE INDEX disputes_of_invoice ON disputes (account_id, invoice_id);

-- What the provider told, once each: the row is written in the transaction of its effect.
-- An event is a hint at what to look up, so no more of it is kept.
CREATE TABLE payment_events (
    event_id    TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    received_at {{ts}} NOT NULL
);
CREATE INDEX payment_events_old ON payment_events (received_at);

-- The charge that a payment belongs to; '' for one that staff booked.
ALTER TABLE payments ADD COLUMN charge_id {{id}} NOT NULL DEFAULT '';
