-- An account's people: contacts, what is known about them, their lists, the topics
-- they chose, and the ledger of consents. Everything belongs to one account; what is
-- compared or searched by prefix is {{id}}, byte by byte on both engines.
-- +goose Up
CREATE TABLE contact_totals ( -- running counter; its row also makes writers of one account take turns
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    contacts   BIGINT NOT NULL,
    PRIMARY KEY (account_id)
);

CREATE TABLE contacts (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    contact_id  {{id}} NOT NULL,
    address     {{id}} NOT NULL, -- canonical: lower case, domain in A-labels
    given       TEXT NOT NULL,   -- as it was given
    name        TEXT NOT NULL,
    name_key    {{id}} NOT NULL, -- folded, for finding by prefix
    kind        TEXT NOT NULL CHECK (kind IN ('individual', 'corporate')),
    company     TEXT NOT NULL,
    company_key {{id}} NOT NULL,
    language    {{id}} NOT NULL, -- BCP 47; '' unknown
    time_zone   {{id}} NOT NULL, -- IANA; '' unknown
    attributes  {{json}} NOT NULL, -- custom fields: key to value
    revision    INTEGER NOT NULL, -- grows with each change: an undo leaves alone what was touched since
    import_id   {{id}} NOT NULL, -- the import that added it; ''
    created_at  {{ts}} NOT NULL,
    updated_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, contact_id),
    UNIQUE (account_id, address)
);
CREATE INDEX contacts_by_name ON contacts (account_id, name_key, contact_id) WHERE name_key <> '';
CREATE INDEX contacts_by_company ON contacts (account_id, company_key, contact_id) WHERE company_key <> '';
CREATE INDEX contacts_by_language ON contacts (account_id, language, contact_id) WHERE language <> '';
CREATE INDEX contacts_by_time_zone ON contacts (account_id, time_zone, contact_id) WHERE time_zone <> '';
CREATE INDEX contacts_corporate ON contacts (account_id, contact_id) WHERE kind = 'corporate';
CREATE INDEX contacts_by_import ON contacts (account_id, import_id, contact_id) WHERE import_id <> '';

CREATE TABLE contact_fields (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    field_id   {{id}} NOT NULL,
    key        TEXT NOT NULL, -- in attributes, exports and templates
    label      TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('text', 'number', 'date', 'yes_no', 'choice')),
    choices    {{json}} NOT NULL,
    created_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, field_id),
    UNIQUE (account_id, key)
);

-- The attributes once more, as keys that sort like their values: what segments ask.
CREATE TABLE contact_values (
    account_id {{id}} NOT NULL,
    field_id   {{id}} NOT NULL,
    contact_id {{id}} NOT NULL,
    value      {{id}} NOT NULL,
    PRIMARY KEY (account_id, field_id, contact_id),
    FOREIGN KEY (account_id, field_id) REFERENCES contact_fields (account_id, field_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id)
);
CREATE INDEX contact_values_by_value ON contact_values (account_id, field_id, value, contact_id);
CREATE INDEX contact_values_of_contact ON contact_values (account_id, contact_id);

CREATE TABLE topics (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    topic_id    {{id}} NOT NULL,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, topic_id),
    UNIQUE (account_id, name_key)
);

-- By address, not by contact: a choice outlives the contact that was removed or undone.
CREATE TABLE topic_choices (
    account_id {{id}} NOT NULL,
    topic_id   {{id}} NOT NULL,
    address    {{id}} NOT NULL,
    choice     TEXT NOT NULL CHECK (choice IN ('in', 'out')),
    source     TEXT NOT NULL,
    at         {{ts}} NOT NULL,
    PRIMARY KEY (account_id, topic_id, address),
    FOREIGN KEY (account_id, topic_id) REFERENCES topics (account_id, topic_id)
);
CREATE INDEX topic_choices_by_address ON topic_choices (account_id, address);

CREATE TABLE lists (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    list_id     {{id}} NOT NULL,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    description TEXT NOT NULL,
    topic_id    {{id}}, -- who opted out of it is not joined again
    members     BIGINT NOT NULL, -- running counter
    created_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, list_id),
    UNIQUE (account_id, name_key),
    FOREIGN KEY (account_id, topic_id) REFERENCES topics (account_id, topic_id)
);

CREATE TABLE list_members (
    account_id {{id}} NOT NULL,
    list_id    {{id}} NOT NULL,
    contact_id {{id}} NOT NULL,
    import_id  {{id}} NOT NULL, -- the import that joined them; ''
    joined_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, list_id, contact_id),
    FOREIGN KEY (account_id, list_id) REFERENCES lists (account_id, list_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contacts (account_id, contact_id)
);
CREATE INDEX list_members_of_contact ON list_members (account_id, contact_id);
CREATE INDEX list_members_by_import ON list_members (account_id, import_id, contact_id) WHERE import_id <> '';

-- The ledger. A row with an import_id and no address stands for everybody that the
-- import added or confirmed. By address: evidence outlives the contact.
CREATE TABLE consents (
    account_id {{id}} NOT NULL REFERENCES accounts (account_id),
    consent_id {{id}} NOT NULL,
    address    {{id}} NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('given', 'asked', 'confirmed', 'withdrawn')),
    source     TEXT NOT NULL CHECK (source IN ('hand', 'import', 'form', 'preferences')),
    wording    TEXT NOT NULL, -- what the person agreed to, or how the account says it came about
    subject    TEXT NOT NULL, -- list or topic in words; '' the account's mail in general
    proof      TEXT NOT NULL, -- of a double opt-in: the confirmation's mail and link, hashed
    ip         TEXT NOT NULL,
    import_id  {{id}} NOT NULL, -- ''
    actor_id   {{id}} NOT NULL, -- member who entered it; ''
    at         {{ts}} NOT NULL,
    PRIMARY KEY (account_id, consent_id)
);
CREATE INDEX consents_by_address ON consents (account_id, address, consent_id);
CREATE INDEX consents_by_import ON consents (account_id, import_id) WHERE import_id <> '';
