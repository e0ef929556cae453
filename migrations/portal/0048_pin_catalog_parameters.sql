-- A version keeps the parameters that its rules read, so that it computes for ever as it was seen; and running processes tell which
-- versions they cannot serve (catalog/live.go).

ALTER TABLE catalog_version ADD COLUMN parameters jsonb CHECK (jsonb_typeof(parameters) = 'array');
COMMENT ON COLUMN catalog_version.parameters IS 'Rates and sums of parameters.yaml that the definition names, with their days, as they were when it was published. NULL in versions of before this column: those read the parameters of the process';
COMMENT ON COLUMN catalog_version.sha256 IS 'Of the definition as JSON with sorted keys, and of the parameters that it names: comments and spaces do not make a version';

ALTER TABLE catalog_publication ADD COLUMN parameters jsonb CHECK (jsonb_typeof(parameters) = 'array');
COMMENT ON COLUMN catalog_publication.parameters IS 'As in catalog_version, when it was given to be published';

CREATE TABLE catalog_refusal (
    service text        NOT NULL,
    process text        NOT NULL CHECK (process <> ''),
    version int         NOT NULL,
    reason  text        NOT NULL CHECK (reason <> ''),
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (process, service),
    CONSTRAINT catalog_refusal_version FOREIGN KEY (service, version) REFERENCES catalog_version
);
COMMENT ON TABLE catalog_refusal IS 'Current versions that a running process cannot serve: it goes on with the version before. Shown at the methodologist''s desk';
COMMENT ON COLUMN catalog_refusal.process IS 'Host and number of the process';
COMMENT ON COLUMN catalog_refusal.seen_at IS 'Renewed while the process runs: an old one is of a process that is gone';
CREATE INDEX catalog_refusal_service ON catalog_refusal (service, version);
