-- What departments ask of state registers (departments/checks).

CREATE TABLE register_endpoint (
    code          text        PRIMARY KEY,
    url           text        NOT NULL,
    updated_at    timestamptz NOT NULL,
    failing_since timestamptz,
    troubled_at   timestamptz,
    answered_at   timestamptz
);
COMMENT ON TABLE register_endpoint IS 'Registers: questions go to url/checks/<kind>, their keys are at url/jwks.json. An empty url: no longer connected';
COMMENT ON COLUMN register_endpoint.failing_since IS 'The first failure since the last answer; NULL while it answers';
COMMENT ON COLUMN register_endpoint.troubled_at IS 'Since when support has an incident of it';

CREATE TABLE register_check (
    id           uuid        PRIMARY KEY,
    department   text        NOT NULL REFERENCES department_endpoint (code),
    application  uuid        NOT NULL,
    number       text        NOT NULL CHECK (number <> ''),
    kind         text        NOT NULL CHECK (kind IN ('person', 'snils', 'passport', 'inn', 'marriage', 'birth', 'residence', 'income', 'organisation')),
    register     text        NOT NULL REFERENCES register_endpoint (code),
    asker        uuid        REFERENCES employee (id),
    subject      uuid,
    question     bytea       NOT NULL,
    question_key bytea       NOT NULL,
    state        text        NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'answered', 'failed', 'timed_out')),
    outcome      text        NOT NULL DEFAULT '' CHECK (outcome IN ('', 'confirmed', 'differs', 'told', 'not_found')),
    differs      text[]      NOT NULL DEFAULT '{}',
    answer       bytea,
    reused       uuid        REFERENCES register_check (id),
    attempts     int         NOT NULL DEFAULT 0,
    problem      text        NOT NULL DEFAULT '',
    asked_at     timestamptz NOT NULL,
    ended_at     timestamptz,
    answered_at  timestamptz,
    fresh_until  timestamptz,
    keep_until   timestamptz,
    CHECK ((state = 'asked') = (ended_at IS NULL)),
    CHECK ((state = 'answered') = (outcome <> '')),
    CHECK ((state = 'answered') = (answered_at IS NOT NULL))
);
COMMENT ON TABLE register_check IS 'A question of a department to a register about an application';
COMMENT ON COLUMN register_check.asker IS 'The employee; NULL: the rule of the service asked';
COMMENT ON COLUMN register_check.subject IS 'Account of whom it is about: that person sees it among who looked; NULL when nobody knows one';
COMMENT ON COLUMN register_check.question IS 'Sealed; empty when it is kept no longer';
COMMENT ON COLUMN register_check.question_key IS 'Keyed hash of the question in its one form: equal questions share an answer while it is fresh';
COMMENT ON COLUMN register_check.differs IS 'What does not agree with the question: keys of texts';
COMMENT ON COLUMN register_check.reused IS 'The check whose answer was still fresh: the register was not asked';
COMMENT ON COLUMN register_check.problem IS 'Why there is no answer; nothing of what was asked';
COMMENT ON COLUMN register_check.answered_at IS 'When the register answered, of a reused answer the first time';
COMMENT ON COLUMN register_check.keep_until IS 'Question and answer are erased then; NULL: they are, or there is no end yet';
CREATE INDEX register_check_list ON register_check (department, asked_at DESC, id);
CREATE INDEX register_check_application ON register_check (application, asked_at DESC);
CREATE INDEX register_check_fresh ON register_check (department, kind, question_key, fresh_until) WHERE state = 'answered';
CREATE INDEX register_check_keep ON register_check (keep_until) WHERE keep_until IS NOT NULL;

CREATE TABLE register_check_attempt (
    check_id uuid        NOT NULL REFERENCES register_check (id),
    n        int         NOT NULL CHECK (n > 0),
    at       timestamptz NOT NULL,
    took_ms  int         NOT NULL CHECK (took_ms >= 0),
    status   int         CHECK (status BETWEEN 100 AND 999),
    outcome  text        NOT NULL CHECK (outcome IN ('answered', 'later', 'refused', 'silent', 'failed', 'malformed')),
    problem  text        NOT NULL DEFAULT '',
    PRIMARY KEY (check_id, n)
);
COMMENT ON TABLE register_check_attempt IS 'Each time a register was asked, and what came back';

-- The right "checks" joins those that are there.
DO $$
DECLARE
    list text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'employee_rights_check' AND conrelid = 'employee'::regclass);
BEGIN
    ALTER TABLE employee DROP CONSTRAINT employee_rights_check;
    EXECUTE 'ALTER TABLE employee ADD CONSTRAINT employee_rights_check ' || replace(list, 'ARRAY[', 'ARRAY[''checks''::text, ');
END $$;
