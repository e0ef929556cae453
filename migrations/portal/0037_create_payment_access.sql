-- Who may look payments up, for how long, and who watches over it (payments/).

CREATE TABLE payment_role (
    employee_id uuid NOT NULL REFERENCES employee,
    role        text NOT NULL CHECK (role IN ('payments_head', 'payments_access')),
    PRIMARY KEY (employee_id, role)
);
COMMENT ON TABLE payment_role IS
    'payments_head: asks for access for the staff of the own body and watches over it. payments_access: the ministry, which approves it';

CREATE TABLE payment_access_request (
    id              uuid        PRIMARY KEY,
    number          bigint      GENERATED ALWAYS AS IDENTITY,
    organisation_id uuid        NOT NULL REFERENCES organisation,
    head_id         uuid        NOT NULL REFERENCES employee,
    head_name       text        NOT NULL,
    head_post       text        NOT NULL,
    purpose         text        NOT NULL CHECK (length(purpose) BETWEEN 1 AND 500),
    starts_on       date        NOT NULL,
    ends_on         date        NOT NULL,
    asked_at        timestamptz NOT NULL,
    decided_at      timestamptz,
    decided_by      uuid        REFERENCES employee,
    CONSTRAINT payment_access_term CHECK (starts_on <= ends_on AND ends_on <= starts_on + 366),
    CONSTRAINT payment_access_decided CHECK ((decided_at IS NULL) = (decided_by IS NULL))
);
COMMENT ON TABLE payment_access_request IS 'Request of the head of a body to the ministry for access of its staff to payment control, with a list of them';
COMMENT ON COLUMN payment_access_request.head_name IS 'As it was when the request was signed; so is head_post';
CREATE INDEX payment_access_request_organisation ON payment_access_request (organisation_id, asked_at DESC);
CREATE INDEX payment_access_request_waiting ON payment_access_request (asked_at) WHERE decided_at IS NULL;

CREATE TABLE payment_access_person (
    request_id  uuid NOT NULL REFERENCES payment_access_request,
    position    int  NOT NULL,
    last_name   text NOT NULL CHECK (last_name <> ''),
    first_name  text NOT NULL CHECK (first_name <> ''),
    middle_name text NOT NULL,
    post        text NOT NULL CHECK (length(post) BETWEEN 1 AND 200),
    phone       text NOT NULL,
    approved    boolean,
    reason      text NOT NULL DEFAULT '',
    employee_id uuid REFERENCES employee,
    password    bytea,
    ended_at    timestamptz,
    ended_by    uuid REFERENCES employee,
    end_reason  text NOT NULL DEFAULT '',
    PRIMARY KEY (request_id, position),
    CONSTRAINT payment_access_reason CHECK (approved IS DISTINCT FROM false OR reason <> ''),
    CONSTRAINT payment_access_whom CHECK (coalesce(approved, false) = (employee_id IS NOT NULL)),
    CONSTRAINT payment_access_end CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL OR approved))
);
COMMENT ON TABLE payment_access_person IS 'One of the list of a request. Access is what is approved, from the day to the day of the request, until it is ended';
COMMENT ON COLUMN payment_access_person.employee_id IS 'Who signs in by that name in the body: found there, or made when access was approved';
COMMENT ON COLUMN payment_access_person.password IS 'Sealed: the temporary password of one who was made; the head hands it over';
CREATE INDEX payment_access_person_employee ON payment_access_person (employee_id) WHERE approved;

CREATE TABLE payment_watch_rule (
    kind      text PRIMARY KEY CHECK (kind IN ('hour', 'day', 'own', 'same_person', 'night', 'empty', 'export')),
    threshold int  NOT NULL CHECK (threshold > 0)
);
COMMENT ON TABLE payment_watch_rule IS
    'From how many look-ups on a day the head is shown an employee: hour, within one hour; own, of the own name; same_person, of one person; night, before 7, from 20 on or on a day off; empty, without a result within an hour; export, taken away as files';
INSERT INTO payment_watch_rule (kind, threshold) VALUES ('hour', 60), ('day', 250), ('own', 1), ('same_person', 4), ('night', 3), ('empty', 15), ('export', 10);

CREATE TABLE payment_watch_note (
    organisation_id uuid        NOT NULL REFERENCES organisation,
    actor           text        NOT NULL,
    kind            text        NOT NULL REFERENCES payment_watch_rule,
    day             date        NOT NULL,
    outcome         text        NOT NULL CHECK (outcome IN ('work', 'talked', 'ended')),
    note            text        NOT NULL CHECK (length(note) BETWEEN 1 AND 500),
    noted_by        uuid        NOT NULL REFERENCES employee,
    noted_at        timestamptz NOT NULL,
    PRIMARY KEY (organisation_id, actor, kind, day)
);
COMMENT ON TABLE payment_watch_note IS 'What the head found out about look-ups that stood out: work, needed for work; talked, the employee was talked to; ended, access was ended';

CREATE TABLE payment_client (
    id              uuid        PRIMARY KEY,
    organisation_id uuid        NOT NULL REFERENCES organisation,
    name            text        NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    key_hash        bytea       NOT NULL UNIQUE,
    per_minute      int         NOT NULL CHECK (per_minute BETWEEN 1 AND 600),
    issued_by       uuid        NOT NULL REFERENCES employee,
    issued_at       timestamptz NOT NULL,
    ends_on         date        NOT NULL,
    revoked_at      timestamptz,
    used_at         timestamptz
);
COMMENT ON TABLE payment_client IS 'A system of a department that looks payments up through the API, by a key that the ministry issued';
COMMENT ON COLUMN payment_client.key_hash IS 'SHA-256 of the key: it is random and long, and shown once';

ALTER TABLE payment_lookup ADD COLUMN asker bytea;
COMMENT ON COLUMN payment_lookup.asker IS 'Sealed: through the API, the employee whom the department''s system named';
CREATE INDEX payment_lookup_actor ON payment_lookup (actor, at);
