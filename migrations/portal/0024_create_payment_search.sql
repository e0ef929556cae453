-- Staff find payments: keys of names, the words of names with their misspellings, look-ups with their purpose, the contact
-- centre's calls (payments/).

-- 1. Search ----------------------------------------------------------------------------------------------------------------------

CREATE TABLE payment_name (
    last_n     text        COLLATE "C" NOT NULL,
    first_n    text        COLLATE "C" NOT NULL,
    middle_n   text        COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    payment_id uuid        NOT NULL REFERENCES payment,
    amount     bigint      NOT NULL,
    service    text        NOT NULL,
    payee      text        NOT NULL,
    CONSTRAINT payment_name_whole PRIMARY KEY (last_n, first_n, middle_n, created_at, payment_id)
);
COMMENT ON TABLE payment_name IS
    'Under which names a payment is found: one row, and one more for each half of a double surname. Names are folded by rus.FoldName';
COMMENT ON COLUMN payment_name.last_n IS 'The surname, with a hyphen where there was a space; or one half of it';
COMMENT ON COLUMN payment_name.amount IS 'Of the payment; service and payee are its charge''s: what a search is narrowed by';
CREATE INDEX payment_name_newest ON payment_name (last_n, created_at, payment_id);

CREATE TABLE name_word (
    part  text NOT NULL CHECK (part IN ('last', 'first', 'middle')),
    word  text COLLATE "C" NOT NULL,
    loose text COLLATE "C" NOT NULL,
    PRIMARY KEY (part, word)
);
COMMENT ON TABLE name_word IS
    'Each word of payers'' names once: hundreds of thousands, however many millions of payments there are. Misspelt names are looked for here';
COMMENT ON COLUMN name_word.loose IS 'By name_loose: the same for spellings of one Tatar name, Әнвәр, Анвар, Энвер';
CREATE INDEX name_word_loose ON name_word (loose, part, word);

CREATE TABLE name_typo (
    lacking text COLLATE "C" NOT NULL,
    part    text NOT NULL,
    word    text COLLATE "C" NOT NULL,
    PRIMARY KEY (lacking, part, word)
);
COMMENT ON TABLE name_typo IS
    'A word whole and without each of its letters: two words one edit apart (letter wrong, lost, added, two changed places) share a row''s lacking';

CREATE FUNCTION name_loose(word text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(replace(replace(word, 'дж', 'ж'), 'нг', 'н'), 'яэеюойыгьъ', 'аааууиих'), '(.)\1+', '\1', 'g')
$$;
COMMENT ON FUNCTION name_loose IS 'What is left of a folded word when letters that stand for the same Tatar sound are one';

CREATE FUNCTION name_word_add(p text, w text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF w = '' OR EXISTS (SELECT FROM name_word WHERE part = p AND word = w) THEN
        RETURN;
    END IF;
    INSERT INTO name_word (part, word, loose) VALUES (p, w, name_loose(w)) ON CONFLICT DO NOTHING;
    INSERT INTO name_typo (lacking, part, word)
    SELECT w, p, w
    UNION
    SELECT substr(w, 1, i - 1) || substr(w, i + 1), p, w FROM generate_series(1, length(w)) i
    ON CONFLICT DO NOTHING;
END $$;

-- A payment gets its rows whoever inserts it.
CREATE FUNCTION payment_name_add() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole text := replace(NEW.last_n, ' ', '-');
    half  text;
BEGIN
    INSERT INTO payment_name (last_n, first_n, middle_n, created_at, payment_id, amount, service, payee)
    SELECT DISTINCT l, NEW.first_n, NEW.middle_n, NEW.created_at, NEW.id, NEW.amount, c.service, c.payee
    FROM charge c, unnest(whole || string_to_array(whole, '-')) l
    WHERE c.id = NEW.charge_id AND l <> '';
    -- in one order always, so that two payments with new words do not wait for each other in a circle
    FOR half IN SELECT DISTINCT l COLLATE "C" FROM unnest(whole || string_to_array(whole, '-')) l ORDER BY 1 LOOP
        PERFORM name_word_add('last', half);
    END LOOP;
    PERFORM name_word_add('first', NEW.first_n);
    PERFORM name_word_add('middle', NEW.middle_n);
    PERFORM name_word_add('middle', split_part(NEW.middle_n, ' ', 1));
    RETURN NULL;
END $$;
CREATE TRIGGER payment_name_add AFTER INSERT ON payment FOR EACH ROW EXECUTE FUNCTION payment_name_add();

INSERT INTO payment_name (last_n, first_n, middle_n, created_at, payment_id, amount, service, payee)
SELECT DISTINCT l, p.first_n, p.middle_n, p.created_at, p.id, p.amount, c.service, c.payee
FROM payment p
JOIN charge c ON c.id = p.charge_id
CROSS JOIN LATERAL unnest(replace(p.last_n, ' ', '-') || string_to_array(replace(p.last_n, ' ', '-'), '-')) l
WHERE l <> '';
SELECT name_word_add('last', last_n) FROM (SELECT DISTINCT last_n FROM payment_name) x;
SELECT name_word_add('first', first_n) FROM (SELECT DISTINCT first_n FROM payment_name) x;
SELECT name_word_add('middle', w) FROM (SELECT DISTINCT unnest(ARRAY[middle_n, split_part(middle_n, ' ', 1)]) w FROM payment_name) x;
DROP INDEX payment_name_created_at;
COMMENT ON COLUMN payment.last_n IS 'Name of the payer folded by rus.FoldName; so are first_n and middle_n. Found through payment_name';

CREATE INDEX charge_phone ON charge (phone) WHERE phone <> '';

-- 2. Who looked, and why ---------------------------------------------------------------------------------------------------------

CREATE TABLE payment_call (
    id         uuid        PRIMARY KEY,
    operator   text        NOT NULL CHECK (operator <> ''),
    caller     bytea       NOT NULL,
    department text        NOT NULL CHECK (length(department) BETWEEN 1 AND 200),
    purpose    text        NOT NULL CHECK (length(purpose) BETWEEN 1 AND 300),
    started_at timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL
);
COMMENT ON TABLE payment_call IS
    'A call of a department''s employee to the contact centre, who must say the own name, the department and the purpose before anything is told';
COMMENT ON COLUMN payment_call.caller IS 'Sealed: the caller''s own name';

CREATE TABLE payment_lookup (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor        text        NOT NULL CHECK (actor <> ''),
    organisation uuid,
    kind         text        NOT NULL CHECK (kind IN ('receipt', 'uin', 'application', 'phone', 'name')),
    purpose      text        NOT NULL CHECK (purpose <> ''),
    call_id      uuid        REFERENCES payment_call,
    query        bytea       NOT NULL,
    hits         int         NOT NULL,
    exported     boolean     NOT NULL DEFAULT false
);
COMMENT ON TABLE payment_lookup IS 'Each look-up of payments, for the head who watches over them; the journal holds the same for the citizen';
COMMENT ON COLUMN payment_lookup.organisation IS 'Of the employee at that moment';
COMMENT ON COLUMN payment_lookup.query IS 'Keyed hash of what was looked for: tells that it is the same again, not what it was';
CREATE INDEX payment_lookup_organisation ON payment_lookup (organisation, at);

CREATE TABLE payment_lookup_seen (
    lookup_id bigint  NOT NULL REFERENCES payment_lookup,
    person    bytea   NOT NULL,
    own       boolean NOT NULL,
    PRIMARY KEY (lookup_id, person)
);
COMMENT ON TABLE payment_lookup_seen IS 'Whose payments a look-up showed';
COMMENT ON COLUMN payment_lookup_seen.person IS 'Keyed hash of the folded name';
COMMENT ON COLUMN payment_lookup_seen.own IS 'The name is the employee''s own';
