-- What is sold, who is on what, what was billed and paid. See app/billing/doc.go.
-- +goose Up
CREATE TABLE plans (
    plan_id    {{id}} PRIMARY KEY,
    public     BOOLEAN NOT NULL, -- on the price list
    position   INTEGER NOT NULL, -- there
    version    INTEGER NOT NULL, -- what is sold now
    created_at {{ts}} NOT NULL
);

-- A version never changes: who is on it stays on it.
CREATE TABLE plan_versions (
    plan_id    {{id}} NOT NULL REFERENCES plans (plan_id),
    version    INTEGER NOT NULL CHECK (version > 0),
    offer      {{json}} NOT NULL, -- prices, what is included, limits
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (plan_id, version)
);

CREATE TABLE seller (
    seller_id  INTEGER PRIMARY KEY CHECK (seller_id = 1), -- there is one operator
    details    {{json}} NOT NULL,
    updated_at {{ts}} NOT NULL
);

CREATE TABLE subscriptions (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    plan_id       {{id}} NOT NULL,
    version       INTEGER NOT NULL,
    currency      TEXT NOT NULL,
    every         TEXT NOT NULL CHECK (every IN ('month', 'year')),
    anchor        INTEGER NOT NULL CHECK (anchor BETWEEN 1 AND 31),
    period_start  TEXT NOT NULL, -- a day in UTC
    period_end    TEXT NOT NULL, -- the first day that is not in it
    trial         BOOLEAN NOT NULL,
    next_plan_id  {{id}}, -- what follows at the period's end, if it is another one
    next_version  INTEGER NOT NULL,
    next_every    TEXT NOT NULL,
    ends          BOOLEAN NOT NULL,
    ended_on      TEXT NOT NULL, -- '' while it runs
    revision      INTEGER NOT NULL,
    created_at    {{ts}} NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (plan_id, version) REFERENCES plan_versions (plan_id, version),
    CHECK (period_start < period_end)
);
CREATE INDEX subscriptions_due ON subscriptions (period_end) WHERE ended_on = '';
CREATE INDEX subscriptions_of_plan ON subscriptions (plan_id, version);

-- A number is taken in the transaction that stores the invoice: no gap, none twice.
CREATE TABLE invoice_series (
    kind   TEXT PRIMARY KEY,
    number BIGINT NOT NULL -- the last one taken
);
INSERT INTO invoice_series (kind, number) VALUES ('invoice', 0), ('credit_note', 0);

CREATE TABLE invoices (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    invoice_id   {{id}} NOT NULL,
    kind         TEXT NOT NULL REFERENCES invoice_series (kind),
    number       BIGINT NOT NULL,
    refers_to    {{id}}, -- of a credit note
    issued_on    TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    period_start TEXT NOT NULL,
    period_end   TEXT NOT NULL,
    currency     TEXT NOT NULL,
    net          BIGINT NOT NULL, -- smallest units
    tax          BIGINT NOT NULL,
    gross        BIGINT NOT NULL,
    settled      BIGINT NOT NULL, -- running sum of its credit notes and payments
    contents     {{json}} NOT NULL, -- seller, buyer, lines, tax treatment
    created_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, invoice_id),
    FOREIGN KEY (account_id, refers_to) REFERENCES invoices (account_id, invoice_id),
    CHECK (net + tax = gross),
    CHECK ((kind = 'credit_note') = (refers_to IS NOT NULL))
);
CREATE UNIQUE INDEX invoices_numbered ON invoices (kind, number);
CREATE INDEX invoices_by_id ON invoices (invoice_id);
CREATE INDEX invoices_open ON invoices (due_on) WHERE gross <> settled;

-- The paper as it was issued; never printed again.
CREATE TABLE invoice_papers (
    account_id {{id}} NOT NULL,
    invoice_id {{id}} NOT NULL,
    pdf        {{bytes}} NOT NULL,
    PRIMARY KEY (account_id, invoice_id),
    FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, invoice_id)
);

CREATE TABLE payments (
    account_id  {{id}} NOT NULL,
    payment_id  {{id}} NOT NULL,
    invoice_id  {{id}} NOT NULL,
    amount      BIGINT NOT NULL CHECK (amount <> 0), -- negative: paid back
    method      TEXT NOT NULL,
    reference   TEXT NOT NULL, -- of the bank or provider; unique in a method: nothing is booked twice
    received_on TEXT NOT NULL,
    recorded_by {{id}} NOT NULL, -- of staff; '' the program
    created_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, payment_id),
    FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, invoice_id)
);
CREATE UNIQUE INDEX payments_once ON payments (method, reference) WHERE reference <> '';
CREATE INDEX payments_of_invoice ON payments (account_id, invoice_id);

-- What an account was told of an overdue invoice; a pause counts only once it was.
CREATE TABLE payment_steps (
    account_id {{id}} NOT NULL,
    invoice_id {{id}} NOT NULL,
    step       INTEGER NOT NULL CHECK (step BETWEEN 1 AND 5),
    told_at    {{ts}} NOT NULL,
    PRIMARY KEY (account_id, invoice_id, step),
    FOREIGN KEY (account_id, invoice_id) REFERENCES invoices (account_id, invoice_id)
);
