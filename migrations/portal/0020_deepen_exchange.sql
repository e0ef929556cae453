-- Exchange with departments: breaker, pause, planned works (departments/).

ALTER TABLE department_endpoint
    ADD COLUMN failures      int         NOT NULL DEFAULT 0 CHECK (failures >= 0),
    ADD COLUMN open_until    timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN paused_at     timestamptz,
    ADD COLUMN pause_reason  text        NOT NULL DEFAULT '',
    ADD CHECK ((paused_at IS NULL) = (pause_reason = ''));
COMMENT ON COLUMN department_endpoint.failures IS 'Attempts that failed one after another, of all messages; written only while something fails';
COMMENT ON COLUMN department_endpoint.open_until IS 'The breaker is open: nothing is sent, and after that time one message tries. -infinity: closed';
COMMENT ON COLUMN department_endpoint.paused_at IS 'Staff stopped sending';

CREATE TABLE department_works (
    id           uuid        PRIMARY KEY,
    department   text        NOT NULL REFERENCES department_endpoint,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    announced_at timestamptz NOT NULL,
    announced_by text        NOT NULL CHECK (announced_by <> ''),
    cancelled_at timestamptz,
    CHECK (starts_at < ends_at AND announced_at < starts_at)
);
COMMENT ON TABLE department_works IS 'Planned works of departmental systems, announced a working day before: nothing is sent while they last, and citizens are told';
CREATE INDEX department_works_ends_at ON department_works (ends_at) WHERE cancelled_at IS NULL;
CREATE INDEX department_works_department ON department_works (department);

CREATE INDEX delivery_department_waiting ON delivery (department, next_attempt_at) WHERE state IN ('waiting', 'stuck');
