-- Who did what in an account, and what staff did at all. Append-only: the triggers
-- of the next migration hold that. `erasures` names the accounts whose rows may go.
-- +goose Up
CREATE TABLE erasures (
    account_id {{id}} PRIMARY KEY REFERENCES accounts (account_id),
    began_at   {{ts}} NOT NULL,
    ended_at   {{ts}}
);

CREATE TABLE audit_events (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    event_id    {{id}} NOT NULL,
    actor_kind  TEXT NOT NULL CHECK (actor_kind IN ('user', 'staff', 'credential', 'system')),
    actor_id    {{id}} NOT NULL, -- '' for the system
    actor_name  TEXT NOT NULL,   -- as it was then: an address or a credential's name
    behalf_of   TEXT NOT NULL,   -- whose pages staff saw, '' otherwise
    grant_id    {{id}} NOT NULL, -- the support grant staff acted under, '' without one
    topic       TEXT NOT NULL,   -- the noun of the action, for filtering
    action      TEXT NOT NULL,   -- noun.verb, e.g. domain.added
    object_id   TEXT NOT NULL,
    object_name TEXT NOT NULL,
    old_values  {{json}} NOT NULL, -- what changed, without secrets
    new_values  {{json}} NOT NULL,
    ip          TEXT NOT NULL,
    user_agent  TEXT NOT NULL,
    at          {{ts}} NOT NULL,
    PRIMARY KEY (account_id, event_id)
);
CREATE INDEX audit_events_by_topic ON audit_events (account_id, topic, event_id);
CREATE INDEX audit_events_by_actor ON audit_events (account_id, actor_id, event_id);

-- Belongs to the operator: it names accounts by id only and holds nothing of theirs.
CREATE TABLE staff_events (
    event_id      {{id}} PRIMARY KEY,
    staff_id      {{id}} NOT NULL,
    staff_name    TEXT NOT NULL,
    grant_id      {{id}} NOT NULL,
    topic         TEXT NOT NULL,
    action        TEXT NOT NULL,
    about_account {{id}} NOT NULL, -- '' when it concerns none
    object_id     TEXT NOT NULL,
    reason        TEXT NOT NULL,
    ip            TEXT NOT NULL,
    user_agent    TEXT NOT NULL,
    at            {{ts}} NOT NULL
);
CREATE INDEX staff_events_by_person ON staff_events (staff_id, event_id);
CREATE INDEX staff_events_by_account ON staff_events (about_account, event_id);
CREATE INDEX staff_events_by_topic ON staff_events (topic, event_id);
