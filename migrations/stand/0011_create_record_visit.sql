-- What departmental stands can be asked for: bills, fines, doctors, vacancies; and the visits booked with them. Made-up data.

CREATE TABLE stand_record (
    department text   NOT NULL,
    source     text   NOT NULL CHECK (source ~ '^[a-z][a-z-]*$'),
    id         text   NOT NULL CHECK (id <> ''),
    keys       text[] NOT NULL,
    title      text   NOT NULL CHECK (title <> ''),
    text       text   NOT NULL DEFAULT '',
    amount     bigint NOT NULL DEFAULT 0 CHECK (amount >= 0),
    fields     jsonb  NOT NULL DEFAULT '{}',
    position   int    NOT NULL,
    settled_by uuid,
    settled_at timestamptz,
    PRIMARY KEY (department, source, id),
    CHECK ((settled_by IS NULL) = (settled_at IS NULL))
);
COMMENT ON TABLE stand_record IS 'One thing that a departmental system knows and gives to whoever asks by its keys';
COMMENT ON COLUMN stand_record.keys IS 'What it is found by, each as name=value; a question finds a record that has all its keys';
COMMENT ON COLUMN stand_record.amount IS 'Kopecks; 0 when nothing is owed';
COMMENT ON COLUMN stand_record.settled_by IS 'The application that has paid it: it is not given any more';
CREATE INDEX stand_record_keys ON stand_record USING gin (keys);

CREATE TABLE stand_visit (
    department     text        NOT NULL,
    resource       text        NOT NULL CHECK (resource <> ''),
    starts_at      timestamptz NOT NULL,
    application_id uuid        NOT NULL,
    ticket         int         NOT NULL CHECK (ticket > 0),
    PRIMARY KEY (department, resource, starts_at)
);
COMMENT ON TABLE stand_visit IS 'Who comes when: to a doctor, an official, a bailiff. The key is what keeps two from one time';
COMMENT ON COLUMN stand_visit.resource IS 'Whom or where: key of a doctor, of an office';
CREATE UNIQUE INDEX stand_visit_application ON stand_visit (department, application_id);
