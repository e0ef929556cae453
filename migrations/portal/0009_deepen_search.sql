-- The search of package catalog: an inverted index in plain tables, so that a rank needs no more than the words of the query.
-- pg_trgm is a trusted extension: the owner of the database may create it, no superuser is needed. Its trigrams are of keys in
-- Latin letters, so it works in every locale.

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION catalog_stem(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT (CASE WHEN word ~ '^[a-z0-9]+$' THEN ts_lexize('english_stem', word) ELSE ts_lexize('russian_stem', word) END)[1]
$$;
COMMENT ON FUNCTION catalog_stem IS 'What all forms of a word have in common; NULL for a word that says nothing ("и", "the"). The word is in small letters';

CREATE FUNCTION catalog_key(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(word,
            'shch', 'щ'), 'sch', 'щ'), 'sh', 'ш'), 'ch', 'ч'), 'zh', 'ж'), 'kh', 'х'), 'ц', 'ts'), 'yu', 'ю'), 'iu', 'ю'), 'ju', 'ю'),
            'ya', 'я'), 'ia', 'я'), 'ja', 'я'),
        'абвгдеёжҗзийклмнңоөпрстуүфхһчшщыэәюяcwqxyjъь''’-',
        'abvgdeejjziiklmnnooprstuufhhcwwiaauakvkhii'),
        '(.)\1+', '\1', 'g')
$$;
COMMENT ON FUNCTION catalog_key IS 'How a word sounds, in Latin letters: "свадьба" and "svadba", "җир" and "жир", "комунальные" and "коммунальные" have one key';

DROP TABLE catalog_search;
CREATE TABLE catalog_search (
    service text PRIMARY KEY,
    version int  NOT NULL,
    sum     text NOT NULL CHECK (sum <> ''),
    CONSTRAINT catalog_search_version FOREIGN KEY (service, version) REFERENCES catalog_version
);
COMMENT ON TABLE catalog_search IS 'Which version of each service the search knows';
COMMENT ON COLUMN catalog_search.sum IS 'Of the words of the service: a start does not write again what is there';

CREATE TABLE catalog_posting (
    lexeme  text NOT NULL CHECK (lexeme <> ''),
    service text NOT NULL REFERENCES catalog_search ON DELETE CASCADE,
    weight  real NOT NULL CHECK (weight > 0 AND weight <= 1),
    PRIMARY KEY (lexeme, service) INCLUDE (weight)
);
COMMENT ON TABLE catalog_posting IS 'Which services have a word, and where';
COMMENT ON COLUMN catalog_posting.lexeme IS 'By catalog_stem; with "=" before it, all the lexemes of a name or a keyword together';
COMMENT ON COLUMN catalog_posting.weight IS 'Of the best place: 1 the name, 0.9 a keyword, 0.35 the rest';
CREATE INDEX catalog_posting_service ON catalog_posting (service);

CREATE TABLE catalog_word (
    word       text PRIMARY KEY,
    lexeme     text NOT NULL,
    key        text NOT NULL GENERATED ALWAYS AS (catalog_key(word)) STORED,
    lexeme_key text NOT NULL GENERATED ALWAYS AS (catalog_key(lexeme)) STORED
);
COMMENT ON TABLE catalog_word IS 'Every word of every service as it is written: for misspelt words and for suggestions';
CREATE INDEX catalog_word_lexeme ON catalog_word (lexeme);
CREATE INDEX catalog_word_lexeme_key ON catalog_word (lexeme_key);
CREATE INDEX catalog_word_beginning ON catalog_word (key text_pattern_ops);
CREATE INDEX catalog_word_trigrams ON catalog_word USING gin (key gin_trgm_ops);

CREATE FUNCTION catalog_near(asked text) RETURNS SETOF catalog_word LANGUAGE sql STABLE STRICT SET enable_seqscan = off AS $$
    SELECT * FROM catalog_word WHERE key % asked ORDER BY similarity(key, asked) DESC, key LIMIT 16
$$;
COMMENT ON FUNCTION catalog_near IS 'The words that sound most like a key. The planner takes a comparison of trigrams for cheap and would read the whole table';

CREATE TABLE search_feedback (
    id       uuid        PRIMARY KEY,
    query    text        NOT NULL CHECK (length(query) <= 200),
    wanted   text        NOT NULL DEFAULT '' CHECK (length(wanted) <= 1000),
    lang     text        NOT NULL CHECK (lang IN ('ru', 'tt', 'en')),
    found    int         NOT NULL CHECK (found >= 0),
    at       timestamptz NOT NULL,
    done_at  timestamptz,
    done_by  text        NOT NULL DEFAULT '',
    CHECK ((done_at IS NULL) = (done_by = ''))
);
COMMENT ON TABLE search_feedback IS 'What people did not find. Nobody is named: neither an account nor an address is kept';
COMMENT ON COLUMN search_feedback.query IS 'As typed';
COMMENT ON COLUMN search_feedback.wanted IS 'In the reader''s own words, may be empty';
COMMENT ON COLUMN search_feedback.found IS 'How many services the search showed';
COMMENT ON COLUMN search_feedback.done_by IS 'Key of the employee who has dealt with it';
CREATE INDEX search_feedback_open ON search_feedback (id DESC) WHERE done_at IS NULL;
CREATE INDEX search_feedback_done ON search_feedback (id DESC) WHERE done_at IS NOT NULL;

-- The pages of the catalogue's staff have a right of their own.
ALTER TABLE employee DROP CONSTRAINT employee_rights_check,
    ADD CONSTRAINT employee_rights_check CHECK (rights <@ ARRAY['payments', 'deliveries', 'catalog']);
