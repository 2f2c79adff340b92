-- Automations: mail that goes to each person at their own time. A person's row says how far
-- they are; a mail's row, that they got a step: unique, whatever runs twice.
-- +goose Up
CREATE TABLE automations (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    automation_id {{id}} NOT NULL,
    recipe       TEXT NOT NULL CHECK (recipe IN ('welcome', 'date', 'winback')),
    name         TEXT NOT NULL,
    list_id      {{id}} NOT NULL, -- welcome: the list that they join; ''
    field_id     {{id}} NOT NULL, -- date: the custom field; ''
    shift        INTEGER NOT NULL, -- date: days after it, negative before it
    yearly       BOOLEAN NOT NULL, -- date: each year, as birthdays come
    hour         INTEGER NOT NULL, -- date: of the account's day
    idle_days    INTEGER NOT NULL, -- winback: without a sign of life
    domain_id    {{id}} NOT NULL,
    from_name    TEXT NOT NULL,
    from_local   TEXT NOT NULL,
    reply_to     TEXT NOT NULL,
    topic_id     {{id}} NOT NULL,
    track_opens  BOOLEAN NOT NULL,
    track_clicks BOOLEAN NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('off', 'on')),
    on_since     {{ts}},           -- who fits since before is not written to
    seen_until   {{ts}},           -- who came before it was looked for
    place        {{id}} NOT NULL,  -- winback: how far the look through the contacts is
    look_at      {{ts}},           -- when to look next; NULL while off
    revision     BIGINT NOT NULL,
    created_by   {{id}} NOT NULL,
    created_at   {{ts}} NOT NULL,
    changed_at   {{ts}} NOT NULL,
    PRIMARY KEY (account_id, automation_id)
);
CREATE INDEX automations_due ON automations (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE automation_steps (
    account_id    {{id}} NOT NULL,
    automation_id {{id}} NOT NULL,
    step_id       {{id}} NOT NULL,
    position      INTEGER NOT NULL, -- grows; a removed step leaves a gap
    wait_days     INTEGER NOT NULL, -- after the step before, or after the beginning
    content       {{json}} NOT NULL,
    revision      BIGINT NOT NULL,  -- of the content
    PRIMARY KEY (account_id, automation_id, step_id),
    UNIQUE (account_id, automation_id, position),
    FOREIGN KEY (account_id, automation_id) REFERENCES automations (account_id, automation_id)
);

-- The campaigns that a step's mail was sent with: its numbers are theirs together.
CREATE TABLE automation_campaigns (
    account_id    {{id}} NOT NULL,
    automation_id {{id}} NOT NULL,
    step_id       {{id}} NOT NULL,
    round         {{id}} NOT NULL, -- year of a yearly one; ''
    revision      BIGINT NOT NULL, -- of the content that it sends
    campaign_id   {{id}} NOT NULL,
    PRIMARY KEY (account_id, automation_id, step_id, round, revision),
    FOREIGN KEY (account_id, automation_id) REFERENCES automations (account_id, automation_id),
    FOREIGN KEY (account_id, campaign_id) REFERENCES campaigns (account_id, campaign_id)
);
CREATE UNIQUE INDEX automation_campaigns_by_campaign ON automation_campaigns (account_id, campaign_id);

CREATE TABLE automation_people (
    account_id    {{id}} NOT NULL,
    automation_id {{id}} NOT NULL,
    round         {{id}} NOT NULL,
    address       {{id}} NOT NULL, -- canonical; a person is who has it, whatever contact that is
    contact_id    {{id}} NOT NULL,
    position      INTEGER NOT NULL, -- of the last step they are past
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'finished', 'stopped')),
    why           TEXT NOT NULL,
    entered_at    {{ts}} NOT NULL,
    next_at       {{ts}} NOT NULL,
    ended_at      {{ts}},
    PRIMARY KEY (account_id, automation_id, round, address),
    FOREIGN KEY (account_id, automation_id) REFERENCES automations (account_id, automation_id)
);
CREATE UNIQUE INDEX automation_people_by_contact ON automation_people (account_id, automation_id, round, contact_id);
CREATE INDEX automation_people_due ON automation_people (account_id, automation_id, next_at) WHERE state = 'waiting';
CREATE INDEX automation_people_by_state ON automation_people (account_id, automation_id, state, entered_at);
CREATE INDEX automation_people_by_address ON automation_people (account_id, address);

-- Each person each step once.
CREATE TABLE automation_mails (
    account_id    {{id}} NOT NULL,
    automation_id {{id}} NOT NULL,
    step_id       {{id}} NOT NULL,
    round         {{id}} NOT NULL,
    address       {{id}} NOT NULL,
    campaign_id   {{id}} NOT NULL,
    at            {{ts}} NOT NULL,
    PRIMARY KEY (account_id, automation_id, step_id, round, address),
    FOREIGN KEY (account_id, automation_id, round, address) REFERENCES automation_people (account_id, automation_id, round, address)
);

-- Who joined a list lately, by hand or form: what a welcome looks for. Imports do not pay for it.
CREATE INDEX list_members_welcomed ON list_members (account_id, list_id, joined_at) WHERE import_id = '';
