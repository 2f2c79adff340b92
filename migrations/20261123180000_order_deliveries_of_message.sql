-- The recipients of a message are shown in the order of their ids. With the order in
-- the index neither engine is tempted to walk the account's whole history instead.
-- +goose Up
DROP INDEX deliveries_of_message;
CREATE INDEX deliveries_of_message ON deliveries (account_id, message_id, delivery_id);
