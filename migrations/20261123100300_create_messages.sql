-- Messages, their deliveries and what happened to them. The deliveries table is
-- the queue: state, due time, lease and fence live here and nowhere else.
-- +goose Up
CREATE TABLE messages (
    account_id        {{id}} NOT NULL REFERENCES accounts (account_id),
    message_id        {{id}} NOT NULL,
    stream            TEXT NOT NULL CHECK (stream IN ('transactional', 'broadcast')),
    domain_id         {{id}} NOT NULL,
    credential_id     {{id}}, -- NULL: made by the product itself
    mail_from         TEXT NOT NULL, -- reverse-path the client gave; '' is the null path
    header_from       TEXT NOT NULL,
    subject           TEXT NOT NULL,
    header_message_id TEXT NOT NULL,
    tag               TEXT NOT NULL,
    metadata          {{json}} NOT NULL,
    size              BIGINT NOT NULL, -- octets of the stored content
    recipients        INTEGER NOT NULL,
    smtputf8          BOOLEAN NOT NULL,
    eight_bit         BOOLEAN NOT NULL,
    dsn_ret           TEXT NOT NULL, -- RFC 3461 §4.3
    dsn_envid         TEXT NOT NULL, -- RFC 3461 §4.4
    client_ip         TEXT NOT NULL,
    client_name       TEXT NOT NULL,
    client_tls        TEXT NOT NULL,
    created_at        {{ts}} NOT NULL,
    expires_at        {{ts}} NOT NULL,
    PRIMARY KEY (account_id, message_id),
    FOREIGN KEY (account_id, domain_id) REFERENCES domains (account_id, domain_id),
    FOREIGN KEY (account_id, credential_id) REFERENCES credentials (account_id, credential_id)
);
CREATE INDEX messages_by_domain ON messages (account_id, domain_id, message_id);

CREATE TABLE message_bodies (
    account_id {{id}} NOT NULL,
    message_id {{id}} NOT NULL,
    content    {{bytes}} NOT NULL, -- whole message as it will be signed and sent
    PRIMARY KEY (account_id, message_id),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);

CREATE TABLE deliveries (
    account_id       {{id}} NOT NULL,
    delivery_id      {{id}} NOT NULL,
    message_id       {{id}} NOT NULL,
    stream           TEXT NOT NULL,
    domain_id        {{id}} NOT NULL,
    tag              TEXT NOT NULL,
    recipient        TEXT NOT NULL, -- as it goes into RCPT TO
    recipient_key    TEXT NOT NULL, -- lower case, for finding
    destination      TEXT NOT NULL, -- recipient domain
    state            TEXT NOT NULL CHECK (state IN ('queued', 'deferred', 'held', 'delivered', 'bounced', 'suppressed', 'expired', 'cancelled')),
    reason           TEXT NOT NULL, -- a sentence for people
    class            TEXT NOT NULL, -- recipient, policy, ours or ''
    last_reply       TEXT NOT NULL,
    attempts         INTEGER NOT NULL,
    ambiguous        INTEGER NOT NULL, -- attempts after which nobody knows whether the peer took it
    notify           TEXT NOT NULL, -- RFC 3461 §4.1
    orcpt            TEXT NOT NULL, -- RFC 3461 §4.2
    due_at           {{ts}} NOT NULL,
    lease_owner      TEXT NOT NULL, -- '' when nobody works on it
    lease_until      {{ts}},
    fence            BIGINT NOT NULL, -- grows with each claim; an older holder may write nothing
    created_at       {{ts}} NOT NULL,
    expires_at       {{ts}} NOT NULL,
    final_at         {{ts}},
    PRIMARY KEY (account_id, delivery_id),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);
CREATE INDEX deliveries_waiting ON deliveries (destination, stream, account_id, due_at) WHERE state IN ('queued', 'deferred');
CREATE INDEX deliveries_leased ON deliveries (lease_owner) WHERE lease_owner <> '';
CREATE INDEX deliveries_of_message ON deliveries (account_id, message_id);
CREATE INDEX deliveries_by_recipient ON deliveries (account_id, recipient_key, delivery_id);
CREATE INDEX deliveries_by_state ON deliveries (account_id, state, delivery_id) WHERE state <> 'delivered';
CREATE INDEX deliveries_by_stream ON deliveries (account_id, stream, delivery_id);
CREATE INDEX deliveries_by_domain ON deliveries (account_id, domain_id, delivery_id);
CREATE INDEX deliveries_by_tag ON deliveries (account_id, tag, delivery_id) WHERE tag <> '';
CREATE INDEX deliveries_ambiguous ON deliveries (account_id, delivery_id) WHERE ambiguous > 0;

CREATE TABLE attempts (
    account_id   {{id}} NOT NULL,
    attempt_id   {{id}} NOT NULL,
    message_id   {{id}} NOT NULL,
    host         TEXT NOT NULL, -- MX or smart host, '' when none was reached
    remote_addr  TEXT NOT NULL,
    local_addr   TEXT NOT NULL,
    tls          TEXT NOT NULL, -- version, cipher and certificate verdict in words
    selector     TEXT NOT NULL, -- DKIM selector the message was signed with
    started_at   {{ts}} NOT NULL,
    duration_us  BIGINT NOT NULL,
    transcript   {{json}} NOT NULL, -- lines of {at, side, text}
    PRIMARY KEY (account_id, message_id, attempt_id),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);

CREATE TABLE events (
    account_id  {{id}} NOT NULL,
    event_id    {{id}} NOT NULL,
    message_id  {{id}} NOT NULL,
    delivery_id {{id}}, -- NULL: about the whole message
    attempt_id  {{id}},
    kind        TEXT NOT NULL, -- accepted, delivered, deferred, bounced, suppressed, expired, cancelled, held, retried, maybe_delivered
    reason      TEXT NOT NULL,
    reply       TEXT NOT NULL,
    at          {{ts}} NOT NULL,
    PRIMARY KEY (account_id, message_id, event_id),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);

-- Running counters, changed in the transaction of the step they count. Outcomes
-- count on the day of acceptance, so that each day's figures add up.
CREATE TABLE account_days (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    day        TEXT NOT NULL, -- UTC date
    stream     TEXT NOT NULL,
    messages   BIGINT NOT NULL,
    accepted   BIGINT NOT NULL, -- deliveries
    delivered  BIGINT NOT NULL,
    bounced    BIGINT NOT NULL,
    suppressed BIGINT NOT NULL,
    expired    BIGINT NOT NULL,
    cancelled  BIGINT NOT NULL,
    ambiguous  BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, stream)
);

CREATE TABLE suppressions (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    stream     TEXT NOT NULL,
    address    TEXT NOT NULL, -- lower case
    reason     TEXT NOT NULL,
    message_id {{id}},
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, stream, address)
);

-- What DELIVERY=capture would have sent, for /dev/inbox. Belongs to the
-- developer at the machine, not to an account.
CREATE TABLE captures (
    capture_id  {{id}} PRIMARY KEY,
    mail_from   TEXT NOT NULL,
    recipients  {{json}} NOT NULL,
    subject     TEXT NOT NULL,
    content     {{bytes}} NOT NULL,
    captured_at {{ts}} NOT NULL
);
