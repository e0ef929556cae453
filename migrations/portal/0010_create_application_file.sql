-- Files that people attach to applications (applications/file*.go). The contents lie sealed in a folder under the row's id.

CREATE TABLE application_file (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    party       text        NOT NULL,
    person      uuid        NOT NULL,
    question    text        NOT NULL CHECK (question <> ''),
    name        bytea       NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('pdf', 'jpeg', 'png', 'heic', 'tiff', 'docx', 'xlsx', 'odt')),
    size        bigint      NOT NULL CHECK (size > 0),
    sha256      bytea       NOT NULL CHECK (length(sha256) = 32),
    scan        text        NOT NULL CHECK (scan IN ('none', 'waiting', 'unavailable', 'clean', 'infected')),
    virus       text        NOT NULL DEFAULT '',
    kept        boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL,
    scanned_at  timestamptz,
    CHECK ((virus <> '') = (scan = 'infected')),
    CHECK ((scanned_at IS NULL) = (scan IN ('none', 'waiting')))
);
COMMENT ON TABLE application_file IS 'An uploaded file. Who takes part in the application may read it, and the staff of its department';
COMMENT ON COLUMN application_file.party IS 'Whose answers it belongs to, '''' for the shared part';
COMMENT ON COLUMN application_file.person IS 'Who sent it. No foreign key: accounts are the portal''s';
COMMENT ON COLUMN application_file.name IS 'As the person named it, sealed by secret.Box';
COMMENT ON COLUMN application_file.sha256 IS 'Of the plain content; stands in the answers, so that the signatures cover it';
COMMENT ON COLUMN application_file.scan IS 'none: no scanner was configured; unavailable: it did not answer, and is asked again; nothing is sent before it says clean';
COMMENT ON COLUMN application_file.kept IS 'An answer names it. What no answer names for a day is removed';
CREATE INDEX application_file_application ON application_file (application);
CREATE INDEX application_file_loose ON application_file (created_at) WHERE NOT kept;
CREATE INDEX application_file_unscanned ON application_file (created_at) WHERE scan IN ('waiting', 'unavailable');

CREATE TABLE application_file_gone (
    id      uuid        PRIMARY KEY,
    gone_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE application_file_gone IS 'Contents to remove from the folder: their rows are gone, with the draft for one';

CREATE FUNCTION application_file_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO application_file_gone (id) VALUES (OLD.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER application_file_forget AFTER DELETE ON application_file FOR EACH ROW EXECUTE FUNCTION application_file_forget();
