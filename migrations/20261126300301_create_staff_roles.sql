-- What each person of the operator may do. See app/office.
-- +goose Up
CREATE TABLE staff_roles (
    user_id  {{id}} NOT NULL REFERENCES users (user_id),
    role     TEXT NOT NULL CHECK (role IN ('support', 'finance', 'abuse', 'terms', 'operator')),
    given_by {{id}} NOT NULL, -- of staff; '' the command line
    given_at {{ts}} NOT NULL,
    PRIMARY KEY (user_id, role)
);
CREATE INDEX staff_roles_by_role ON staff_roles (role);

-- Who was staff could do everything, and goes on so.
INSERT INTO staff_roles (user_id, role, given_by, given_at)
    SELECT user_id, 'operator', '', created_at FROM users WHERE staff = TRUE;
