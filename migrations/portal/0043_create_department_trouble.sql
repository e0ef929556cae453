-- What the exchange finds wrong by itself, and reconciliation by digest (departments/).

ALTER TABLE delivery ADD COLUMN body_sha256 bytea CHECK (length(body_sha256) = 32);
COMMENT ON COLUMN delivery.body_sha256 IS 'Of the message as it was sent last: the department''s digest must name the same';
CREATE INDEX delivery_department_delivered_at ON delivery (department, delivered_at) WHERE state = 'delivered';
CREATE INDEX delivery_late ON delivery (department) WHERE late_at IS NOT NULL AND state IN ('waiting', 'stuck');
CREATE INDEX delivery_stuck ON delivery (department) WHERE state = 'stuck';

CREATE TABLE department_trouble (
    id          uuid        PRIMARY KEY,
    department  text        NOT NULL REFERENCES department_endpoint,
    delivery_id uuid        REFERENCES delivery,
    kind        text        NOT NULL CHECK (kind IN ('late', 'stuck', 'result', 'missing', 'differs', 'unknown', 'digest')),
    cause       text        NOT NULL CHECK (cause <> ''),
    raised_at   timestamptz NOT NULL,
    over_at     timestamptz
);
COMMENT ON TABLE department_trouble IS 'Each opens an incident of support and closes it when it is over. Without delivery_id it is of the whole department';
CREATE UNIQUE INDEX department_trouble_open ON department_trouble (department, kind, delivery_id) NULLS NOT DISTINCT WHERE over_at IS NULL;
CREATE INDEX department_trouble_delivery ON department_trouble (delivery_id, raised_at);

CREATE TABLE department_digest (
    department text        NOT NULL REFERENCES department_endpoint,
    at         timestamptz NOT NULL,
    since      timestamptz NOT NULL,
    asked_by   text        NOT NULL DEFAULT '',
    compared   int         NOT NULL DEFAULT 0 CHECK (compared >= 0),
    missing    int         NOT NULL DEFAULT 0 CHECK (missing >= 0),
    differ     int         NOT NULL DEFAULT 0 CHECK (differ >= 0),
    unknown    int         NOT NULL DEFAULT 0 CHECK (unknown >= 0),
    problem    text        NOT NULL DEFAULT '',
    PRIMARY KEY (department, at)
);
COMMENT ON TABLE department_digest IS 'Each comparison of what we have sent with what a department says it has received';
COMMENT ON COLUMN department_digest.asked_by IS 'Key of the employee; empty for the nightly round';
