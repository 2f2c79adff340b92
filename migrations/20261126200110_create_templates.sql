-- Contents that an account saved to write from, each with what it was before, and the
-- images that its mails show.
-- +goose Up
CREATE TABLE templates (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    template_id {{id}} NOT NULL,
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('mjml', 'html', 'markdown')),
    version     INTEGER NOT NULL, -- the newest
    created_at  {{ts}} NOT NULL,
    updated_at  {{ts}} NOT NULL,
    PRIMARY KEY (account_id, template_id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE template_versions (
    account_id  {{id}} NOT NULL,
    template_id {{id}} NOT NULL,
    number      INTEGER NOT NULL,
    source      {{json}} NOT NULL,
    restored    INTEGER NOT NULL, -- the version that it brought back; 0: typed
    saved_by    {{id}} NOT NULL,
    saved_at    {{ts}} NOT NULL,
    PRIMARY KEY (account_id, template_id, number),
    FOREIGN KEY (account_id, template_id) REFERENCES templates (account_id, template_id)
);

-- In SQL, so that every process serves them.
CREATE TABLE images (
    account_id  {{id}} NOT NULL REFERENCES accounts (account_id),
    image_id    {{id}} NOT NULL,
    token       TEXT NOT NULL, -- its public address; nobody can guess it
    name        TEXT NOT NULL,
    type        TEXT NOT NULL,
    width       INTEGER NOT NULL,
    height      INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    digest      TEXT NOT NULL, -- of the file as it came: the same one is kept once
    content     {{bytes}} NOT NULL,
    uploaded_at {{ts}} NOT NULL,
    PRIMARY KEY (account_id, image_id),
    UNIQUE (account_id, digest)
);
CREATE UNIQUE INDEX images_by_token ON images (token);
