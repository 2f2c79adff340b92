-- Imports of lists. The file is kept here in pieces, so that any process on any host
-- can go on where another died; nothing lies in a temporary directory.
-- +goose Up
CREATE TABLE imports (
    account_id   {{id}} NOT NULL REFERENCES accounts (account_id),
    import_id    {{id}} NOT NULL,
    file_name    TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('uploading', 'mapping', 'checking', 'checked', 'held', 'importing', 'done', 'cancelled', 'undoing', 'undone', 'failed')),
    reason       TEXT NOT NULL, -- of held and failed, for people
    size         BIGINT NOT NULL,
    settings     {{json}} NOT NULL, -- format, encoding, delimiter, header, mapping, policy, lists
    header_key   TEXT NOT NULL, -- digest of the columns' names: the mapping is remembered by it
    consent      TEXT NOT NULL, -- the statement
    checked      {{json}} NOT NULL, -- counts of the dry run
    counts       {{json}} NOT NULL, -- counts of the import
    quality      {{json}} NOT NULL, -- what the dry run found about the list
    rows_done    BIGINT NOT NULL, -- committed rows of the pass under way: where to go on
    octets_done  BIGINT NOT NULL, -- of the file, for the progress
    stop         BOOLEAN NOT NULL, -- somebody pressed cancel
    lease_owner  TEXT NOT NULL,
    lease_until  {{ts}},
    fence        BIGINT NOT NULL, -- grows with each claim; an older holder may write nothing
    created_by   {{id}} NOT NULL,
    created_at   {{ts}} NOT NULL,
    started_at   {{ts}}, -- of the pass under way
    finished_at  {{ts}},
    undo_until   {{ts}},
    PRIMARY KEY (account_id, import_id)
);
CREATE INDEX imports_to_work ON imports (state, lease_until) WHERE state IN ('checking', 'importing', 'undoing');
CREATE INDEX imports_by_header ON imports (account_id, header_key, import_id) WHERE header_key <> '';
CREATE INDEX imports_by_age ON imports (created_at);

CREATE TABLE import_chunks (
    account_id {{id}} NOT NULL,
    import_id  {{id}} NOT NULL,
    seq        INTEGER NOT NULL,
    data       {{bytes}} NOT NULL,
    PRIMARY KEY (account_id, import_id, seq),
    FOREIGN KEY (account_id, import_id) REFERENCES imports (account_id, import_id)
);

-- One octet per row of the file: what became of it. Written in the transaction of the
-- rows themselves, so that the classes add up to the unit.
CREATE TABLE import_outcomes (
    account_id {{id}} NOT NULL,
    import_id  {{id}} NOT NULL,
    dry        BOOLEAN NOT NULL,
    first_row  BIGINT NOT NULL,
    codes      {{bytes}} NOT NULL,
    PRIMARY KEY (account_id, import_id, dry, first_row),
    FOREIGN KEY (account_id, import_id) REFERENCES imports (account_id, import_id)
);

-- Contacts that were there before and that the import met: what they were, to undo it,
-- and that the consent covers them.
CREATE TABLE import_contacts (
    account_id {{id}} NOT NULL,
    import_id  {{id}} NOT NULL,
    contact_id {{id}} NOT NULL,
    revision   INTEGER NOT NULL, -- after the import
    before     {{json}} NOT NULL, -- '' when nothing was changed or the time to undo is over
    PRIMARY KEY (account_id, import_id, contact_id),
    FOREIGN KEY (account_id, import_id) REFERENCES imports (account_id, import_id)
);
CREATE INDEX import_contacts_of_contact ON import_contacts (account_id, contact_id);
