-- Contents come compressed, so PostgreSQL need not try again. They are deleted in small
-- batches all the time: a low threshold lets autovacuum give their pages back for new
-- ones soon, so that the table stays as large as what it holds. Partitions by day would
-- free space faster, but a message that still waits must not go with its day, and each
-- account has days of its own.
-- +goose Up
ALTER TABLE message_bodies ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE message_bodies SET (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 5000
);
