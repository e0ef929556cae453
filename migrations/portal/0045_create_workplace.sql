-- The workplace of departments that have no system of their own (departments/workplace).

CREATE TABLE workplace_case (
    id           uuid        PRIMARY KEY,
    department   text        NOT NULL REFERENCES department_endpoint (code),
    number       text        NOT NULL,
    service      text        NOT NULL,
    service_version int      NOT NULL,
    service_name text        NOT NULL,
    office       text        NOT NULL DEFAULT '',
    state        text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'accepted', 'in_progress', 'completed', 'refused', 'cancelled')),
    assignee     uuid        REFERENCES employee (id),
    letter       bytea       NOT NULL,
    received_at  timestamptz NOT NULL,
    due_at       timestamptz,
    asked_until  timestamptz,
    decided_at   timestamptz,
    ground       text        NOT NULL DEFAULT '',
    sequence     bigint      NOT NULL DEFAULT 0,
    fresh        boolean     NOT NULL DEFAULT true,
    CHECK ((state IN ('completed', 'refused', 'cancelled')) = (decided_at IS NOT NULL)),
    CHECK ((state = 'refused') = (ground <> ''))
);
COMMENT ON TABLE workplace_case IS 'An application at a department that works at our workplace';
COMMENT ON COLUMN workplace_case.id IS 'Of the application';
COMMENT ON COLUMN workplace_case.letter IS 'What the department received, sealed; the corrected one takes its place';
COMMENT ON COLUMN workplace_case.due_at IS 'By when the citizen was promised an answer; NULL: the service promises none';
COMMENT ON COLUMN workplace_case.asked_until IS 'The citizen was asked for something until then and has not answered';
COMMENT ON COLUMN workplace_case.ground IS 'Of a refusal: an id of grounds.yaml';
COMMENT ON COLUMN workplace_case.sequence IS 'Of the last event that the portal was told';
COMMENT ON COLUMN workplace_case.fresh IS 'Something came that nobody has looked at';
CREATE INDEX workplace_case_open ON workplace_case (department, due_at, id) WHERE state IN ('new', 'accepted', 'in_progress');
CREATE INDEX workplace_case_all ON workplace_case (department, received_at DESC, id);

CREATE TABLE workplace_entry (
    id      uuid        PRIMARY KEY,
    case_id uuid        NOT NULL REFERENCES workplace_case (id),
    kind    text        NOT NULL CHECK (kind IN ('submitted', 'message', 'corrected', 'cancelled', 'assigned', 'accept', 'begin', 'complete',
        'refuse', 'request', 'say', 'appointment', 'result', 'note')),
    actor   text        NOT NULL,
    text    bytea,
    at      timestamptz NOT NULL
);
COMMENT ON TABLE workplace_entry IS 'The history of a case. The id of what came is the message''s, of what was done the form''s: neither happens twice';
COMMENT ON COLUMN workplace_entry.text IS 'What was said, sealed';
CREATE INDEX workplace_entry_case ON workplace_entry (case_id, at, id);

CREATE TABLE workplace_document (
    id          uuid        PRIMARY KEY,
    case_id     uuid        NOT NULL REFERENCES workplace_case (id),
    name        text        NOT NULL CHECK (name <> ''),
    size        bigint      NOT NULL CHECK (size > 0),
    sha256      bytea       NOT NULL CHECK (length(sha256) = 32),
    content     bytea       NOT NULL,
    signature   bytea,
    signer      text        NOT NULL DEFAULT '',
    employee_id uuid        NOT NULL REFERENCES employee (id),
    at          timestamptz NOT NULL,
    CHECK ((signature IS NULL) = (signer = ''))
);
COMMENT ON TABLE workplace_document IS 'A document that a department issued at the workplace';
COMMENT ON COLUMN workplace_document.content IS 'The PDF, sealed; sha256 is of what it holds';
COMMENT ON COLUMN workplace_document.signature IS 'Detached CMS signature of the content, verified when it came';
COMMENT ON COLUMN workplace_document.signer IS 'Whose certificate signed it';
CREATE INDEX workplace_document_case ON workplace_document (case_id, at);

-- The right "workplace" joins those that are there.
DO $$
DECLARE
    list text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'employee_rights_check' AND conrelid = 'employee'::regclass);
BEGIN
    ALTER TABLE employee DROP CONSTRAINT employee_rights_check;
    EXECUTE 'ALTER TABLE employee ADD CONSTRAINT employee_rights_check ' || replace(list, 'ARRAY[', 'ARRAY[''workplace''::text, ');
END $$;
