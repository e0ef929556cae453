-- Support: incidents with reaction clocks, calls of the contact centre, what the public sees of the portal's health (support/).

CREATE TABLE support_line (
    code     text     PRIMARY KEY CHECK (code ~ '^[a-z]+$'),
    reaction interval NOT NULL CHECK (reaction > '0'),
    opens    interval,
    closes   interval,
    position int      NOT NULL,
    CHECK ((opens IS NULL) = (closes IS NULL)),
    CHECK (opens >= '0' AND opens < closes AND closes <= '24:00')
);
COMMENT ON TABLE support_line IS 'A line of support and its clock: by when somebody must have answered';
COMMENT ON COLUMN support_line.opens IS 'The clock runs on working days from opens to closes, Moscow time. NULL: round the clock, every day';
INSERT INTO support_line VALUES
    ('question', '24:00', NULL, NULL, 1),
    ('eservice', '01:30', '08:00', '20:00', 2),
    ('equipment', '00:30', '08:00', '17:00', 3);

CREATE TABLE support_topic (
    code     text PRIMARY KEY CHECK (code ~ '^[a-z]+$'),
    position int  NOT NULL
);
COMMENT ON TABLE support_topic IS 'What an incident may be about. Its name is the text support.topic_<code>';
INSERT INTO support_topic VALUES ('application', 1), ('payment', 2), ('account', 3), ('visit', 4), ('terminal', 5), ('portal', 6), ('other', 7);

CREATE TABLE support_route (
    topic text NOT NULL REFERENCES support_topic,
    kind  text NOT NULL CHECK (kind IN ('question', 'problem', 'idea')),
    line  text NOT NULL REFERENCES support_line,
    PRIMARY KEY (topic, kind)
);
COMMENT ON TABLE support_route IS 'Which line takes what. Without a row it is the line of questions';
INSERT INTO support_route VALUES
    ('application', 'problem', 'eservice'), ('payment', 'problem', 'eservice'), ('account', 'problem', 'eservice'), ('visit', 'problem', 'eservice'),
    ('portal', 'problem', 'eservice'), ('terminal', 'problem', 'equipment');

CREATE TABLE support_duty (
    line  text     NOT NULL REFERENCES support_line,
    step  smallint NOT NULL CHECK (step BETWEEN 1 AND 9),
    role  text     NOT NULL CHECK (role IN ('specialist', 'officer', 'technical')),
    share smallint NOT NULL CHECK (share BETWEEN 0 AND 1000),
    email text     NOT NULL DEFAULT '',
    PRIMARY KEY (line, step),
    CHECK ((step = 1) = (share = 0))
);
COMMENT ON TABLE support_duty IS 'The chain of duty of a line: who has an incident that nobody has answered';
COMMENT ON COLUMN support_duty.share IS 'Per cent of the reaction time after which the incident comes to this step';
COMMENT ON COLUMN support_duty.email IS 'Mailbox of those on duty, told when an incident comes to them; empty: they look at the list';
INSERT INTO support_duty (line, step, role, share)
    SELECT code, step, role, share FROM support_line,
        (VALUES (1, 'specialist', 0), (2, 'officer', 67), (3, 'technical', 100)) AS chain (step, role, share);

CREATE TABLE support_transition (
    state text NOT NULL,
    event text NOT NULL,
    next  text NOT NULL,
    PRIMARY KEY (state, event)
);
COMMENT ON TABLE support_transition IS 'What may happen to an incident in each state; an event without a row here is refused';
INSERT INTO support_transition VALUES
    ('new', 'taken', 'working'), ('working', 'taken', 'working'), ('answered', 'taken', 'working'),
    ('new', 'answered', 'answered'), ('working', 'answered', 'answered'), ('answered', 'answered', 'answered'),
    ('new', 'asked_again', 'new'), ('working', 'asked_again', 'working'), ('answered', 'asked_again', 'working'),
    ('closed', 'asked_again', 'working'),
    ('new', 'closed', 'closed'), ('working', 'closed', 'closed'), ('answered', 'closed', 'closed'),
    ('new', 'merged', 'merged'), ('working', 'merged', 'merged');

CREATE SEQUENCE support_number START 10000001 MAXVALUE 99999999;

CREATE TABLE support_incident (
    id             uuid        PRIMARY KEY,
    number         text        NOT NULL CONSTRAINT support_incident_number UNIQUE CHECK (number ~ '^\d{9}$'),
    key            text        CONSTRAINT support_incident_key UNIQUE CHECK (key <> ''),
    source         text        NOT NULL CHECK (source IN ('citizen', 'staff', 'system')),
    line           text        NOT NULL REFERENCES support_line,
    topic          text        NOT NULL REFERENCES support_topic,
    kind           text        NOT NULL CHECK (kind IN ('question', 'problem', 'idea')),
    state          text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'working', 'answered', 'closed', 'merged')),
    step           smallint    NOT NULL DEFAULT 1,
    account_id     uuid,
    contact        bytea,
    lang           text        NOT NULL DEFAULT 'ru' CHECK (lang IN ('ru', 'tt', 'en')),
    cause          text        NOT NULL DEFAULT '' CHECK (length(cause) <= 500),
    application_id uuid,
    delivery_id    uuid,
    payment_id     uuid,
    assignee       uuid        REFERENCES employee,
    merged_into    uuid        REFERENCES support_incident,
    raised_at      timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    answered_at    timestamptz,
    closed_at      timestamptz,
    FOREIGN KEY (line, step) REFERENCES support_duty,
    CHECK ((state = 'merged') = (merged_into IS NOT NULL)),
    CHECK (merged_into <> id),
    CHECK (state <> 'answered' OR answered_at IS NOT NULL),
    CHECK ((state = 'closed') <= (closed_at IS NOT NULL)),
    CHECK (source <> 'system' OR key IS NOT NULL)
);
COMMENT ON TABLE support_incident IS 'Something that somebody must answer: a citizen''s question, a fault told by staff or by the system itself';
COMMENT ON COLUMN support_incident.number IS 'Said on the phone: eight digits and a check digit';
COMMENT ON COLUMN support_incident.key IS 'Of the cause, from the system or the form: the same key never makes a second incident';
COMMENT ON COLUMN support_incident.account_id IS 'The citizen who asked while signed in. No foreign key: accounts are the portal''s';
COMMENT ON COLUMN support_incident.contact IS 'Where the answer goes: JSON sealed by secret.Box';
COMMENT ON COLUMN support_incident.cause IS 'What the system found, for staff. Never personal data';
COMMENT ON COLUMN support_incident.answered_at IS 'The answer to what was asked last: it stopped the clock. NULL while the clock runs';
COMMENT ON COLUMN support_incident.step IS 'Where in the chain of duty it stands';
CREATE INDEX support_incident_open ON support_incident (due_at) WHERE state IN ('new', 'working');
CREATE INDEX support_incident_raised ON support_incident (raised_at DESC);
CREATE INDEX support_incident_account ON support_incident (account_id, raised_at DESC) WHERE account_id IS NOT NULL;
CREATE INDEX support_incident_merged_into ON support_incident (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE support_message (
    id          uuid        PRIMARY KEY,
    incident_id uuid        NOT NULL REFERENCES support_incident,
    author      text        NOT NULL CHECK (author IN ('citizen', 'staff', 'note')),
    employee_id uuid        REFERENCES employee,
    text        bytea       NOT NULL,
    at          timestamptz NOT NULL,
    CHECK ((author = 'citizen') <= (employee_id IS NULL))
);
COMMENT ON TABLE support_message IS 'What was said about an incident. A note is for staff only';
COMMENT ON COLUMN support_message.text IS 'Sealed by secret.Box';
CREATE INDEX support_message_incident ON support_message (incident_id, at);

CREATE TABLE support_file (
    id          uuid        PRIMARY KEY,
    incident_id uuid        NOT NULL REFERENCES support_incident,
    name        bytea       NOT NULL,
    kind        text        NOT NULL CHECK (kind <> ''),
    content     bytea       NOT NULL CHECK (length(content) <= 6000000),
    at          timestamptz NOT NULL
);
COMMENT ON TABLE support_file IS 'What a citizen attached, inspected before it is kept; name and content are sealed by secret.Box';
CREATE INDEX support_file_incident ON support_file (incident_id);

CREATE TABLE support_event (
    incident_id uuid        NOT NULL REFERENCES support_incident,
    n           bigint      GENERATED ALWAYS AS IDENTITY,
    event       text        NOT NULL,
    state       text        NOT NULL,
    step        smallint    NOT NULL,
    actor       text        NOT NULL,
    at          timestamptz NOT NULL,
    PRIMARY KEY (incident_id, n)
);
COMMENT ON TABLE support_event IS 'The history of an incident: what happened, and the state and step of duty it led to';
COMMENT ON COLUMN support_event.actor IS 'Key of an employee, «citizen» or «system»';

CREATE TABLE support_clock (
    incident_id uuid        NOT NULL REFERENCES support_incident,
    n           bigint      GENERATED ALWAYS AS IDENTITY,
    line        text        NOT NULL REFERENCES support_line,
    started_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    stopped_at  timestamptz,
    PRIMARY KEY (incident_id, n)
);
COMMENT ON TABLE support_clock IS 'Each reaction clock that ran: one from the start, and one more whenever a citizen asks again after an answer';
COMMENT ON COLUMN support_clock.stopped_at IS 'The answer. Kept when not after due_at; broken when later, or when the time is over and there is none';
CREATE INDEX support_clock_started ON support_clock (started_at);
CREATE UNIQUE INDEX support_clock_one ON support_clock (incident_id) WHERE stopped_at IS NULL;

CREATE TABLE support_escalation (
    incident_id uuid        NOT NULL REFERENCES support_incident,
    step        smallint    NOT NULL CHECK (step > 1),
    at          timestamptz NOT NULL,
    done_at     timestamptz,
    PRIMARY KEY (incident_id, step)
);
COMMENT ON TABLE support_escalation IS 'When an unanswered incident moves along the chain of duty; a row is done once';
CREATE INDEX support_escalation_due ON support_escalation (at) WHERE done_at IS NULL;

CREATE TABLE support_call (
    id          uuid        PRIMARY KEY,
    employee_id uuid        NOT NULL REFERENCES employee,
    caller      text        NOT NULL CHECK (caller IN ('citizen', 'body')),
    name        bytea       NOT NULL,
    body        text        NOT NULL DEFAULT '',
    purpose     text        NOT NULL CHECK (purpose IN ('status', 'payment', 'account', 'other')),
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    CHECK ((caller = 'body') = (body <> ''))
);
COMMENT ON TABLE support_call IS 'A call taken by the contact centre: who called is written down before anything is looked up';
COMMENT ON COLUMN support_call.name IS 'As the caller said, sealed by secret.Box';
COMMENT ON COLUMN support_call.body IS 'The department whose employee calls';
CREATE INDEX support_call_began ON support_call (employee_id, began_at DESC);

CREATE TABLE support_call_lookup (
    id      uuid        PRIMARY KEY,
    call_id uuid        NOT NULL REFERENCES support_call,
    number  text        NOT NULL CHECK (length(number) <= 40),
    found   boolean     NOT NULL,
    at      timestamptz NOT NULL
);
COMMENT ON TABLE support_call_lookup IS 'What was asked for during a call';
CREATE INDEX support_call_lookup_call ON support_call_lookup (call_id, at);

CREATE TABLE status_component (
    code       text        PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9:-]*$'),
    name       jsonb,
    position   int         NOT NULL,
    checked_at timestamptz NOT NULL
);
COMMENT ON TABLE status_component IS 'What the public status page tells of; rows come from the checks that really run';
COMMENT ON COLUMN status_component.name IS 'Of a department; ours have the text support_status.part_<code>';

CREATE TABLE status_check (
    component text        NOT NULL REFERENCES status_component,
    at        timestamptz NOT NULL,
    ok        boolean     NOT NULL,
    took_ms   int         NOT NULL CHECK (took_ms >= 0),
    error     text        NOT NULL DEFAULT '' CHECK (length(error) <= 300),
    PRIMARY KEY (component, at)
);
COMMENT ON TABLE status_check IS 'Each measurement; kept for 90 days';
COMMENT ON COLUMN status_check.error IS 'For staff, never shown to the public';

CREATE TABLE status_notice (
    id           uuid        PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('works', 'incident')),
    title        jsonb       NOT NULL CHECK (title ->> 'ru' <> ''),
    text         jsonb       NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz,
    announced_at timestamptz NOT NULL,
    announced_by text        NOT NULL CHECK (announced_by <> ''),
    withdrawn_at timestamptz,
    CHECK (ends_at > starts_at),
    CHECK (kind <> 'works' OR (ends_at IS NOT NULL AND announced_at < starts_at))
);
COMMENT ON TABLE status_notice IS 'What staff announce on the status page: planned works, at least a working day before they start, and incidents';
COMMENT ON COLUMN status_notice.ends_at IS 'NULL: an incident that is not over';
CREATE INDEX status_notice_starts ON status_notice (starts_at DESC) WHERE withdrawn_at IS NULL;

-- Support has a right of its own, whatever other rights there are.
DO $$
DECLARE
    list text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'employee_rights_check' AND conrelid = 'employee'::regclass);
BEGIN
    ALTER TABLE employee DROP CONSTRAINT employee_rights_check;
    EXECUTE 'ALTER TABLE employee ADD CONSTRAINT employee_rights_check ' || replace(list, 'ARRAY[', 'ARRAY[''support''::text, ');
END $$;
