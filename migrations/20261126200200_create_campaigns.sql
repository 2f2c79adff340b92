-- Campaigns, whom each goes to, and its running counters. A recipient's row is the
-- proof: it is written once when the audience is frozen, and gets its message in the
-- transaction that stores the message.
-- +goose Up
CREATE TABLE campaigns (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    campaign_id  {{id}} NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('campaign', 'mailing', 'automation')),
    name         TEXT NOT NULL,
    audience     {{json}} NOT NULL, -- read by the kind's audience only
    parent_id    {{id}} NOT NULL,   -- the campaign that it follows; ''
    follows      TEXT NOT NULL CHECK (follows IN ('', 'unopened', 'new')),
    series_id    {{id}} NOT NULL,   -- the first campaign of those that follow each other
    domain_id    {{id}} NOT NULL,   -- '' while it is a draft without one
    from_name    TEXT NOT NULL,
    from_local   TEXT NOT NULL,
    reply_to     TEXT NOT NULL,
    topic_id     {{id}} NOT NULL,   -- what people leave when they leave it; '' everything
    content      {{json}} NOT NULL, -- variants
    track_opens  BOOLEAN NOT NULL,
    track_clicks BOOLEAN NOT NULL,
    plan         {{json}} NOT NULL,
    test         {{json}} NOT NULL, -- how the winner among the variants is found
    winner       INTEGER NOT NULL,  -- variant; -1 none yet
    state        TEXT NOT NULL CHECK (state IN ('draft', 'scheduled', 'freezing', 'sending', 'paused', 'done', 'cancelled')),
    reason       TEXT NOT NULL,     -- of the state, for people
    asks         TEXT NOT NULL CHECK (asks IN ('', 'late', 'restored')), -- waits for a person to say so
    start_at     {{ts}},
    position     TEXT NOT NULL,     -- how far the freezing is
    settled      BOOLEAN NOT NULL,  -- what waits in the queue is as the state says
    lease_owner  TEXT NOT NULL,
    lease_until  {{ts}},
    fence        BIGINT NOT NULL,   -- grows with each claim; an older holder may write nothing
    next_at      {{ts}},            -- when to look at it next; NULL: nothing to do
    revision     BIGINT NOT NULL,   -- grows with each change by a person
    created_by   {{id}} NOT NULL,
    created_at   {{ts}} NOT NULL,
    changed_at   {{ts}} NOT NULL,
    started_at   {{ts}},
    frozen_at    {{ts}},
    tested_at    {{ts}},            -- when the last message of the test was handed over
    finished_at  {{ts}},
    PRIMARY KEY (account_id, campaign_id)
);
CREATE INDEX campaigns_due ON campaigns (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX campaigns_stopped ON campaigns (campaign_id) WHERE state IN ('paused', 'cancelled') AND finished_at IS NULL;
CREATE INDEX campaigns_of_series ON campaigns (account_id, series_id, campaign_id);

CREATE TABLE campaign_recipients (
    account_id  {{id}} NOT NULL,
    campaign_id {{id}} NOT NULL,
    number      BIGINT NOT NULL,  -- 1, 2, 3 …
    contact_id  {{id}} NOT NULL,  -- '' where the audience has none
    address     {{id}} NOT NULL,  -- canonical: lower case, domain in A-labels
    zone        {{id}} NOT NULL,  -- IANA; '' unless the plan goes by it
    excluded    TEXT NOT NULL CHECK (excluded IN ('', 'suppressed', 'opted_out', 'invalid', 'duplicate', 'skipped')),
    why         TEXT NOT NULL,    -- a sentence for people
    variant     INTEGER NOT NULL, -- of the content it got
    message_id  {{id}} NOT NULL,  -- '' until it is handed over
    PRIMARY KEY (account_id, campaign_id, number),
    FOREIGN KEY (account_id, campaign_id) REFERENCES campaigns (account_id, campaign_id)
);
-- Nobody twice, whatever runs twice: neither the contact nor the address.
CREATE UNIQUE INDEX campaign_recipients_by_contact ON campaign_recipients (account_id, contact_id, campaign_id) WHERE contact_id <> '' AND excluded <> 'duplicate';
CREATE UNIQUE INDEX campaign_recipients_by_address ON campaign_recipients (account_id, address, campaign_id) WHERE excluded <> 'duplicate';
CREATE UNIQUE INDEX campaign_recipients_by_message ON campaign_recipients (account_id, message_id) WHERE message_id <> '';
CREATE INDEX campaign_recipients_waiting ON campaign_recipients (account_id, campaign_id, zone, number) WHERE excluded = '' AND message_id = '';
CREATE INDEX campaign_recipients_excluded ON campaign_recipients (account_id, campaign_id, excluded, number) WHERE excluded <> '';

-- Running counters: audience = waiting + suppressed + opted_out + invalid + duplicate +
-- skipped + accepted, and of the accepted what became of them.
CREATE TABLE campaign_totals (
    account_id  {{id}} NOT NULL,
    campaign_id {{id}} NOT NULL,
    audience    BIGINT NOT NULL DEFAULT 0,
    waiting     BIGINT NOT NULL DEFAULT 0, -- not handed over
    suppressed  BIGINT NOT NULL DEFAULT 0,
    opted_out   BIGINT NOT NULL DEFAULT 0,
    invalid     BIGINT NOT NULL DEFAULT 0,
    duplicate   BIGINT NOT NULL DEFAULT 0,
    skipped     BIGINT NOT NULL DEFAULT 0,
    accepted    BIGINT NOT NULL DEFAULT 0, -- deliveries
    delivered   BIGINT NOT NULL DEFAULT 0,
    bounced     BIGINT NOT NULL DEFAULT 0,
    refused     BIGINT NOT NULL DEFAULT 0, -- suppressed after the audience was frozen
    expired     BIGINT NOT NULL DEFAULT 0,
    cancelled   BIGINT NOT NULL DEFAULT 0,
    ambiguous   BIGINT NOT NULL DEFAULT 0,
    complained  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (account_id, campaign_id),
    FOREIGN KEY (account_id, campaign_id) REFERENCES campaigns (account_id, campaign_id)
);
