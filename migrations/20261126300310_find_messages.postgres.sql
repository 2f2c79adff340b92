-- What staff look for over all accounts. Two of these grow at their right end only; the
-- domain is an expression, since deliveries are told apart by their exchangers.
-- +goose Up
CREATE INDEX messages_by_id ON messages (message_id);
CREATE INDEX messages_by_header_id ON messages USING hash (header_message_id);
CREATE INDEX deliveries_by_id ON deliveries (delivery_id);
CREATE INDEX deliveries_by_recipient_domain ON deliveries (substr(recipient_key, strpos(recipient_key, '@') + 1), delivery_id);
