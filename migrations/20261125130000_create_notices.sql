-- Living terms: how versions come about, who was told, who agreed and who did not.
-- +goose Up
ALTER TABLE terms_versions ADD COLUMN kind TEXT NOT NULL DEFAULT 'founding' CHECK (kind IN ('founding', 'material', 'correction'));
ALTER TABLE terms_versions ADD COLUMN summary TEXT NOT NULL DEFAULT '';      -- what changes, in plain words
ALTER TABLE terms_versions ADD COLUMN reason TEXT NOT NULL DEFAULT '';       -- of a correction: why no notice is given
ALTER TABLE terms_versions ADD COLUMN told_on TEXT NOT NULL DEFAULT '';      -- effective date as announced; the real one may only move later
ALTER TABLE terms_versions ADD COLUMN drafted_by {{id}} REFERENCES users (user_id);
ALTER TABLE terms_versions ADD COLUMN approved_by {{id}} REFERENCES users (user_id);
ALTER TABLE terms_versions ADD COLUMN announced_by {{id}} REFERENCES users (user_id);
ALTER TABLE terms_versions ADD COLUMN announced_at {{ts}};
ALTER TABLE terms_versions ADD COLUMN notified_at {{ts}};                    -- when the last required notice was given; NULL: not all are
ALTER TABLE terms_versions ADD COLUMN withdrawn_by {{id}} REFERENCES users (user_id);
ALTER TABLE terms_versions ADD COLUMN withdrawn_at {{ts}};
UPDATE terms_versions SET told_on = effective_on, announced_at = created_at, notified_at = created_at;
CREATE UNIQUE INDEX terms_one_version_a_day ON terms_versions (document, effective_on) WHERE withdrawn_at IS NULL;

-- What staff are writing: one draft a document. It becomes a version by being announced.
CREATE TABLE terms_drafts (
    document        TEXT PRIMARY KEY,
    title           TEXT NOT NULL,
    markdown        TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('material', 'correction')),
    summary         TEXT NOT NULL,
    reason          TEXT NOT NULL,
    effective_on    TEXT NOT NULL,
    revision        INTEGER NOT NULL, -- grows with each save: nobody overwrites what they have not seen
    edited_by       {{id}} NOT NULL REFERENCES users (user_id),
    edited_at       {{ts}} NOT NULL,
    approved_by     {{id}} REFERENCES users (user_id), -- of this very text; a save clears it
    approved_at     {{ts}}
);

-- One row for each account and version that the account must be told about.
CREATE TABLE terms_notices (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    notice_id  {{id}} NOT NULL,
    document   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    required   BOOLEAN NOT NULL, -- the account existed when the version was announced: the 30 days wait for it
    portal_at  {{ts}} NOT NULL,  -- since when banner and page show it
    seen_at    {{ts}},           -- when a member first opened the page
    seen_by    {{id}},
    PRIMARY KEY (account_id, notice_id),
    UNIQUE (account_id, document, number),
    FOREIGN KEY (document, number) REFERENCES terms_versions (document, number)
);
CREATE INDEX terms_notices_of_version ON terms_notices (document, number, account_id);

-- One row for each mail about a version: at most one of a kind to an address.
CREATE TABLE terms_mails (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    mail_id    {{id}} NOT NULL,
    document   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('notice', 'reminder_14', 'reminder_7', 'reminder_1', 'withdrawal')),
    user_id    {{id}} NOT NULL, -- the owner then
    address    TEXT NOT NULL,   -- lower case
    message_id {{id}},          -- of the operator's own message log; NULL: it was never sent
    state      TEXT NOT NULL CHECK (state IN ('queued', 'delivered', 'undeliverable')),
    why        TEXT NOT NULL,
    queued_at  {{ts}} NOT NULL,
    settled_at {{ts}},          -- when it was handed to the owner's mail server, or given up
    PRIMARY KEY (account_id, mail_id),
    UNIQUE (account_id, document, number, kind, address),
    FOREIGN KEY (account_id, document, number) REFERENCES terms_notices (account_id, document, number)
);
CREATE INDEX terms_mails_unsettled ON terms_mails (document, number, account_id) WHERE state = 'queued';
CREATE INDEX terms_mails_of_version ON terms_mails (document, number, kind, account_id);

-- What accounts said or did: an append-only chain for each account.
CREATE TABLE terms_records (
    account_id    {{id}} NOT NULL REFERENCES accounts (account_id),
    seq           INTEGER NOT NULL, -- 1, 2, 3 …
    record_id     {{id}} NOT NULL,
    act           TEXT NOT NULL CHECK (act IN ('accepted', 'objected')),
    document      TEXT NOT NULL,
    number        INTEGER NOT NULL,
    digest        TEXT NOT NULL, -- of the text
    channel       TEXT NOT NULL CHECK (channel IN ('sign_up', 'accept_now', 'object', 'use', 'use_web', 'use_smtp', 'use_api')),
    user_id       {{id}} REFERENCES users (user_id),
    credential_id {{id}},
    notice_id     {{id}},        -- the notice that it followed
    ip            TEXT NOT NULL,
    user_agent    TEXT NOT NULL,
    at            {{ts}} NOT NULL,
    hash          TEXT NOT NULL, -- SHA-256 over the hash before and this record; '' until the program has sealed what an older one left
    PRIMARY KEY (account_id, seq),
    UNIQUE (account_id, document, number, act),
    FOREIGN KEY (document, number) REFERENCES terms_versions (document, number),
    FOREIGN KEY (account_id, notice_id) REFERENCES terms_notices (account_id, notice_id),
    FOREIGN KEY (account_id, credential_id) REFERENCES credentials (account_id, credential_id)
);
CREATE INDEX terms_records_of_version ON terms_records (document, number, act, account_id);
