-- Departments make charges through the API, and say more exactly what they are (payments/).

CREATE TABLE department_payee (
    department text NOT NULL CHECK (department ~ '^[a-z][a-z0-9-]*$'),
    payee      text NOT NULL,
    origin     text NOT NULL CHECK (origin IN ('register', 'utility', 'department')),
    PRIMARY KEY (department, payee)
);
COMMENT ON TABLE department_payee IS 'Whose money a department may charge through the API, and what such charges are: nobody charges for another payee';
INSERT INTO department_payee (department, payee, origin) VALUES
    ('traffic', 'gibdd', 'register'), ('tax', 'fns', 'register'), ('housing', 'utility', 'utility'),
    ('zags', 'zags', 'department'), ('municipality', 'municipality', 'department');

CREATE TABLE charge_notice (
    department text        NOT NULL,
    id         text        NOT NULL CHECK (length(id) BETWEEN 1 AND 200),
    type       text        NOT NULL,
    sha256     bytea       NOT NULL CHECK (length(sha256) = 32),
    charge_id  uuid        NOT NULL REFERENCES charge,
    at         timestamptz NOT NULL,
    PRIMARY KEY (department, id)
);
COMMENT ON TABLE charge_notice IS 'What departments have said of their charges: each message counts once, however often it comes';
CREATE INDEX charge_notice_charge_id ON charge_notice (charge_id);

CREATE INDEX charge_source ON charge (source, id) WHERE source <> '';
COMMENT ON INDEX charge_source IS 'The list of a department''s own charges';

ALTER TABLE charge_event DROP CONSTRAINT charge_event_event_check,
    ADD CONSTRAINT charge_event_event_check CHECK (event IN ('created', 'clarified', 'exempted', 'cancelled', 'credited', 'paid', 'returned', 'reversed',
        'refunded', 'reopened'));
