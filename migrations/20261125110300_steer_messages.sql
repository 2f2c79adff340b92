-- What a message asked for by X-SMTPServer-Track, -Send-At and -Expires; and credentials
-- that are paused.
-- +goose Up
ALTER TABLE messages ADD COLUMN track TEXT NOT NULL DEFAULT ''; -- opens, clicks, "opens,clicks", none; '': nothing said
ALTER TABLE messages ADD COLUMN expires_strictly BOOLEAN NOT NULL DEFAULT FALSE; -- not even tried after expires_at
ALTER TABLE credentials ADD COLUMN paused_at {{ts}};
