-- Delivery status notifications that senders asked for (RFC 3461): written in the
-- transaction of the outcome, at most one of each kind per delivery, sent afterwards.
-- +goose Up
CREATE TABLE notifications (
    account_id  {{id}} NOT NULL,
    delivery_id {{id}} NOT NULL,
    action      TEXT NOT NULL CHECK (action IN ('failed', 'delayed', 'relayed', 'delivered')),
    message_id  {{id}} NOT NULL,
    due_at      {{ts}} NOT NULL, -- of a delayed one: when the delay is worth telling
    settled_at  {{ts}},          -- sent, or not needed any more
    sent_as     {{id}},          -- the message that carries it; NULL when not needed
    PRIMARY KEY (account_id, delivery_id, action),
    FOREIGN KEY (account_id, message_id) REFERENCES messages (account_id, message_id)
);
CREATE INDEX notifications_due ON notifications (account_id, due_at) WHERE settled_at IS NULL;
