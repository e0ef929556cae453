-- Exchange with departments: messages both ways, carriers that are not HTTP, result documents (departments/).

ALTER TABLE department_endpoint
    DROP CONSTRAINT department_endpoint_url_check,
    ADD CONSTRAINT department_endpoint_url_check CHECK (url ~ '^(https?://|file:///|workplace:)' AND url !~ '/$');

ALTER TABLE delivery
    ADD COLUMN type text NOT NULL DEFAULT 'tamga.application.submitted' CHECK (type IN ('tamga.application.submitted',
        'tamga.application.message', 'tamga.application.corrected', 'tamga.application.cancelled'));
COMMENT ON COLUMN delivery.type IS 'Of the event: what is said about the application';

ALTER TABLE department_event
    ADD COLUMN kind text NOT NULL DEFAULT 'status' CHECK (kind IN ('status', 'message', 'request', 'result', 'appointment')),
    ADD CHECK ((kind = 'status') = (status <> ''));
COMMENT ON COLUMN department_event.kind IS 'What sort of news it is';
COMMENT ON COLUMN department_event.status IS 'Of a status; empty otherwise';
CREATE INDEX department_event_appointment ON department_event (delivery_id, sequence) WHERE kind = 'appointment';

CREATE TABLE department_result (
    department text        NOT NULL,
    event_id   text        NOT NULL,
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'kept', 'failed')),
    documents  jsonb       NOT NULL,
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    problem    text        NOT NULL DEFAULT '',
    job_id     bigint,
    next_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (department, event_id),
    FOREIGN KEY (department, event_id) REFERENCES department_event (department, id),
    CHECK (state <> 'failed' OR problem <> '')
);
COMMENT ON TABLE department_result IS 'Documents that a department has issued and that we fetch from it before the citizen is told';
COMMENT ON COLUMN department_result.documents IS 'Name, media type, size, hash and address of each; what came inside the message is kept here until all are had';
COMMENT ON COLUMN department_result.problem IS 'Why the last attempt failed, for staff';
COMMENT ON COLUMN department_result.expires_at IS 'After it nobody tries: staff must';
CREATE INDEX department_result_waiting ON department_result (next_at) WHERE state = 'waiting';
CREATE INDEX department_result_failed ON department_result (department) WHERE state = 'failed';
