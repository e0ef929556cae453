-- The staff of the state and municipal bodies, who sign in on the inner contour.
CREATE TABLE organisation (
    id       uuid PRIMARY KEY,
    name     text NOT NULL CHECK (name <> ''),
    position int  NOT NULL DEFAULT 0
);
COMMENT ON TABLE organisation IS 'a body whose staff work on the inner contour';
COMMENT ON COLUMN organisation.position IS 'place in the list of the sign-in page; equal ones stand by name';

CREATE TABLE employee (
    id                  uuid        PRIMARY KEY,
    organisation_id     uuid        NOT NULL REFERENCES organisation,
    last_name           text        NOT NULL CHECK (last_name <> ''),
    first_name          text        NOT NULL CHECK (first_name <> ''),
    middle_name         text        NOT NULL DEFAULT '',
    post                text        NOT NULL DEFAULT '',
    password_hash       text        NOT NULL,
    temporary           boolean     NOT NULL DEFAULT true,
    rights              text[]      NOT NULL DEFAULT '{}',
    blocked_at          timestamptz,
    password_changed_at timestamptz NOT NULL,
    CHECK (rights <@ ARRAY['payments', 'deliveries'])
);
COMMENT ON TABLE employee IS 'somebody with a personal password on the inner contour; nobody registers by himself';
COMMENT ON COLUMN employee.password_hash IS 'argon2id, PHC string';
COMMENT ON COLUMN employee.temporary IS 'the password was given out by an administrator: good for one thing, to set an own one';
COMMENT ON COLUMN employee.rights IS 'what the employee may open; granted on the request of the head of the body';
CREATE INDEX employee_by_organisation ON employee (organisation_id, last_name, first_name) WHERE blocked_at IS NULL;
