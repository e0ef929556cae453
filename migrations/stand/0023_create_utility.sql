-- Utility accounts of the register of housing: what it tells the portal, and the readings that it hears (departments/stand).

CREATE TABLE stand_utility (
    department text        NOT NULL,
    number     text        NOT NULL,
    body       jsonb       NOT NULL,
    attempts   int         NOT NULL DEFAULT 0,
    next_at    timestamptz,
    last_error text        NOT NULL DEFAULT '',
    PRIMARY KEY (department, number)
);
COMMENT ON TABLE stand_utility IS 'Utility accounts with their meters. The register tells the portal of each until that has taken it';

CREATE TABLE stand_reading (
    id         uuid        PRIMARY KEY,
    department text        NOT NULL,
    number     text        NOT NULL,
    meter      text        NOT NULL,
    value      text        NOT NULL,
    month      text        NOT NULL,
    copies     int         NOT NULL DEFAULT 1,
    taken_at   timestamptz NOT NULL
);
COMMENT ON TABLE stand_reading IS 'Readings that the portal has told the register of: each once, however often it came';
CREATE INDEX stand_reading_department ON stand_reading (department, taken_at);
