-- Who opened a mail and who followed its links, as far as that can be told; never from
-- where. What the links and the picture of a mail name stands in them, signed.
-- +goose Up
-- A mail's visits: link 0 is the mail as a whole, others are its links in their order.
CREATE TABLE visits (
    account_id {{id}} NOT NULL,
    message_id {{id}} NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('open', 'click')),
    link       INTEGER NOT NULL,
    target     TEXT NOT NULL, -- of a link, without its query; ''
    human      BIGINT NOT NULL, -- how many, by who seems to have come
    machine    BIGINT NOT NULL,
    unknown    BIGINT NOT NULL,
    first_at   {{ts}} NOT NULL,
    last_at    {{ts}} NOT NULL,
    human_at   {{ts}}, -- the first of a human, and the last
    human_last {{ts}},
    PRIMARY KEY (account_id, message_id, kind, link),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);

-- Running counters of a campaign, changed in the transaction of the visits they count.
-- unique_count counts a mail, or a mail's link, once for each verdict.
CREATE TABLE visit_counts (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    campaign_id  {{id}} NOT NULL,
    dimension    TEXT NOT NULL CHECK (dimension IN ('all', 'link', 'provider', 'hour')),
    subject      {{id}} NOT NULL, -- '', a link, a destination or an hour in UTC
    kind         TEXT NOT NULL CHECK (kind IN ('open', 'click', 'leave')),
    verdict      TEXT NOT NULL CHECK (verdict IN ('human', 'machine', 'unknown')),
    total        BIGINT NOT NULL,
    unique_count BIGINT NOT NULL,
    PRIMARY KEY (account_id, campaign_id, dimension, subject, kind, verdict)
);

-- Whether mail is marked, where an account or one of its domains does not go by the default.
CREATE TABLE tracking_switches (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    domain_id  {{id}} NOT NULL, -- '': all of the account's
    stream     TEXT NOT NULL CHECK (stream IN ('transactional', 'broadcast')),
    kind       TEXT NOT NULL CHECK (kind IN ('open', 'click')),
    wanted     BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, domain_id, stream, kind)
);

-- Where links lead nobody any more: an address, or a host with all that is on it.
CREATE TABLE stopped_links (
    target     {{id}} PRIMARY KEY,
    reason     TEXT NOT NULL,
    stopped_by {{id}} NOT NULL,
    stopped_at {{ts}} NOT NULL
);

CREATE INDEX domains_by_tracking_host ON domains (tracking_host);
