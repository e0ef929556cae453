-- Services as data (package catalog): immutable versions of definitions, and the words that the search looks through.

CREATE TABLE catalog_version (
    service      text        NOT NULL CHECK (service <> ''),
    version      int         NOT NULL CHECK (version > 0),
    sha256       text        NOT NULL CHECK (length(sha256) = 64),
    definition   text        NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, version),
    CONSTRAINT catalog_version_content UNIQUE (service, sha256)
);
COMMENT ON TABLE catalog_version IS 'Every definition that was ever published. A draft names its version and is read with it for ever';
COMMENT ON COLUMN catalog_version.sha256 IS 'Of the definition as JSON with sorted keys: comments and spaces do not make a version';
COMMENT ON COLUMN catalog_version.definition IS 'The YAML file as it was';

CREATE FUNCTION catalog_version_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published version of a service is never changed';
END $$;
CREATE TRIGGER catalog_version_keep BEFORE UPDATE OR DELETE ON catalog_version
    FOR EACH ROW EXECUTE FUNCTION catalog_version_keep();

CREATE TABLE catalog_search (
    service  text     PRIMARY KEY,
    version  int      NOT NULL,
    words    tsvector NOT NULL,
    words_tt tsvector NOT NULL,
    CONSTRAINT catalog_search_version FOREIGN KEY (service, version) REFERENCES catalog_version
);
COMMENT ON TABLE catalog_search IS 'The words of the current version of each service';
COMMENT ON COLUMN catalog_search.words IS 'Russian and English by their word forms: A the name, B what people say instead, C the rest';
COMMENT ON COLUMN catalog_search.words_tt IS 'Tatar as written: PostgreSQL has no Tatar word forms, so the search compares beginnings of words';
CREATE INDEX catalog_search_words ON catalog_search USING gin (words);
CREATE INDEX catalog_search_words_tt ON catalog_search USING gin (words_tt);
