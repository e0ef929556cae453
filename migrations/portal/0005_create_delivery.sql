-- Exchange with departments: the outbox, its attempts, and what departments call back (departments/).

CREATE TABLE department_endpoint (
    code       text        PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9-]{0,62}$'),
    name       jsonb       NOT NULL CHECK (name ->> 'ru' <> ''),
    url        text        NOT NULL CHECK (url ~ '^https?://' AND url !~ '/$'),
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE department_endpoint IS 'Departmental systems. Rows come from configuration only: these are all the addresses that the exchange calls';
COMMENT ON COLUMN department_endpoint.url IS 'Base: messages go to <url>/events, public keys are at <url>/jwks.json';

CREATE TABLE delivery (
    id              uuid        PRIMARY KEY,
    seq             bigint      GENERATED ALWAYS AS IDENTITY,
    application_id  uuid        NOT NULL,
    number          text        NOT NULL CHECK (number <> ''),
    department      text        NOT NULL REFERENCES department_endpoint,
    service         text        NOT NULL CHECK (service <> ''),
    service_version int         NOT NULL,
    data            bytea       NOT NULL,
    data_sha256     bytea       NOT NULL CHECK (length(data_sha256) = 32),
    state           text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'rejected', 'stuck')),
    rank            smallint    NOT NULL GENERATED ALWAYS AS
                    (CASE state WHEN 'stuck' THEN 0 WHEN 'waiting' THEN 1 WHEN 'rejected' THEN 2 ELSE 3 END) STORED,
    status          text        CHECK (status IN ('sent', 'accepted', 'rejected', 'in_progress', 'completed', 'refused')),
    reason          text        NOT NULL DEFAULT '',
    attempts        int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_sequence   bigint      NOT NULL DEFAULT 0,
    job_id          bigint,
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    claimed_until   timestamptz NOT NULL DEFAULT '-infinity',
    expires_at      timestamptz,
    late_at         timestamptz,
    delivered_at    timestamptz,
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CHECK (state <> 'stuck' OR reason <> '')
);
COMMENT ON TABLE delivery IS 'The outbox: one message to a department. Written in the transaction that submits the application';
COMMENT ON COLUMN delivery.id IS 'The idempotency key on both sides';
COMMENT ON COLUMN delivery.seq IS 'Order of sending within an application; given under a lock on it, so that it is also the order of commits';
COMMENT ON COLUMN delivery.data IS 'The application as JSON, sealed by secret.Box';
COMMENT ON COLUMN delivery.data_sha256 IS 'Of the open data, for reconciliation with the department';
COMMENT ON COLUMN delivery.rank IS 'Order of the staff list: stuck first';
COMMENT ON COLUMN delivery.status IS 'The last that the department said of it';
COMMENT ON COLUMN delivery.reason IS 'Why it is not delivered: the last error, the rejection, or why it is stuck';
COMMENT ON COLUMN delivery.job_id IS 'The River job that may send it: any other job ends at once';
COMMENT ON COLUMN delivery.claimed_until IS 'A worker is sending it; after that time the worker is taken for dead';
COMMENT ON COLUMN delivery.expires_at IS 'Set by staff who tried again: counts instead of the age';
COMMENT ON COLUMN delivery.late_at IS 'When the citizen was told that it is safe and waits';
CREATE INDEX delivery_application_seq ON delivery (application_id, seq);
CREATE INDEX delivery_rank_seq ON delivery (rank, seq DESC);
CREATE INDEX delivery_number ON delivery (number);
CREATE INDEX delivery_waiting_created_at ON delivery (created_at) WHERE state = 'waiting';

CREATE TABLE delivery_attempt (
    delivery_id uuid        NOT NULL REFERENCES delivery,
    n           int         NOT NULL CHECK (n > 0),
    at          timestamptz NOT NULL,
    took_ms     int         NOT NULL CHECK (took_ms >= 0),
    answer      int         CHECK (answer BETWEEN 100 AND 999),
    outcome     text        NOT NULL CHECK (outcome IN ('accepted', 'received', 'rejected', 'failed')),
    error       text        NOT NULL DEFAULT '',
    PRIMARY KEY (delivery_id, n)
);
COMMENT ON TABLE delivery_attempt IS 'Each time a message was sent, and what came back';
COMMENT ON COLUMN delivery_attempt.answer IS 'HTTP status; NULL when there was no answer';

CREATE TABLE department_event (
    department     text        NOT NULL REFERENCES department_endpoint,
    id             text        NOT NULL CHECK (id <> ''),
    application_id uuid        NOT NULL,
    delivery_id    uuid        NOT NULL REFERENCES delivery,
    status         text        NOT NULL,
    text           text        NOT NULL DEFAULT '',
    sequence       bigint      NOT NULL,
    sha256         bytea       NOT NULL CHECK (length(sha256) = 32),
    at             timestamptz NOT NULL,
    received_at    timestamptz NOT NULL,
    applied        boolean     NOT NULL,
    PRIMARY KEY (department, id)
);
COMMENT ON TABLE department_event IS 'Call-backs of departments, kept for ever: the key is what makes each count exactly once';
COMMENT ON COLUMN department_event.sha256 IS 'Of the message: the same id with another content is refused';
COMMENT ON COLUMN department_event.applied IS 'False when a later status was there first';
CREATE INDEX department_event_delivery_received_at ON department_event (delivery_id, received_at);
