-- Whose keys sign for a department, and what was refused of what came in its name (departments/).

CREATE TABLE department_key (
    department    text        NOT NULL REFERENCES department_endpoint,
    kid           text        NOT NULL CHECK (kid <> '' AND length(kid) <= 2000),
    first_used_at timestamptz NOT NULL,
    last_used_at  timestamptz NOT NULL,
    refused_at    timestamptz,
    refused_by    text        NOT NULL DEFAULT '',
    PRIMARY KEY (department, kid),
    CHECK ((refused_at IS NULL) = (refused_by = ''))
);
COMMENT ON TABLE department_key IS 'Keys that have signed messages of a department which held. The keys themselves are in the department''s JWKS';
COMMENT ON COLUMN department_key.last_used_at IS 'To the minute';
COMMENT ON COLUMN department_key.refused_at IS 'From then on nothing signed with it is taken, whatever the JWKS says';

CREATE TABLE department_refusal (
    department text        NOT NULL REFERENCES department_endpoint,
    day        date        NOT NULL,
    code       text        NOT NULL,
    count      bigint      NOT NULL DEFAULT 1 CHECK (count > 0),
    last_at    timestamptz NOT NULL,
    last_text  text        NOT NULL,
    last_from  inet,
    PRIMARY KEY (department, day, code)
);
COMMENT ON TABLE department_refusal IS 'Messages in a department''s name that were not taken. The first of a kind each day is in the journal too: a flood of forgeries costs one row';
