-- Who pays for another, templates, and payments by rule (payments/).

ALTER TABLE charge_claim ADD COLUMN key_hash bytea CHECK (length(key_hash) = 32);
COMMENT ON COLUMN charge_claim.key_hash IS 'Keyed hash of the number that was named: a template repeats it';

ALTER TABLE payment
    ADD COLUMN payer_last     text NOT NULL DEFAULT '',
    ADD COLUMN payer_first    text NOT NULL DEFAULT '',
    ADD COLUMN payer_middle   text NOT NULL DEFAULT '',
    ADD COLUMN payer_last_n   text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN payer_first_n  text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN payer_middle_n text COLLATE "C" NOT NULL DEFAULT '';
COMMENT ON COLUMN payment.payer_last IS 'Name of who pays for another; empty when the payer of the charge pays, or nobody has said. payer_last_n and the next: folded';

CREATE OR REPLACE FUNCTION payment_name_add() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    half text;
    n    record;
BEGIN
    FOR n IN
        SELECT NEW.last_n AS last_n, NEW.first_n AS first_n, NEW.middle_n AS middle_n
        UNION
        SELECT NEW.payer_last_n, NEW.payer_first_n, NEW.payer_middle_n WHERE NEW.payer_last_n <> ''
        ORDER BY 1, 2, 3
    LOOP
        INSERT INTO payment_name (last_n, first_n, middle_n, created_at, payment_id, amount, service, payee)
        SELECT DISTINCT l, n.first_n, n.middle_n, NEW.created_at, NEW.id, NEW.amount, c.service, c.payee
        FROM charge c, unnest(replace(n.last_n, ' ', '-') || string_to_array(replace(n.last_n, ' ', '-'), '-')) l
        WHERE c.id = NEW.charge_id AND l <> ''
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- in one order always, so that two payments with new words do not wait for each other in a circle
    FOR half IN
        SELECT DISTINCT l COLLATE "C"
        FROM unnest(replace(NEW.last_n, ' ', '-') || string_to_array(replace(NEW.last_n, ' ', '-'), '-')
            || replace(NEW.payer_last_n, ' ', '-') || string_to_array(replace(NEW.payer_last_n, ' ', '-'), '-')) l
        ORDER BY 1
    LOOP
        PERFORM name_word_add('last', half);
    END LOOP;
    PERFORM name_word_add('first', w) FROM (SELECT DISTINCT x COLLATE "C" AS w FROM unnest(ARRAY[NEW.first_n, NEW.payer_first_n]) x ORDER BY 1) o;
    PERFORM name_word_add('middle', w) FROM (
        SELECT DISTINCT x COLLATE "C" AS w
        FROM unnest(ARRAY[NEW.middle_n, split_part(NEW.middle_n, ' ', 1), NEW.payer_middle_n, split_part(NEW.payer_middle_n, ' ', 1)]) x
        ORDER BY 1) o;
    RETURN NULL;
END $$;

CREATE TABLE payment_template (
    id         uuid        PRIMARY KEY,
    owner      uuid        NOT NULL,
    title      text        NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    key_hash   bytea       NOT NULL CHECK (length(key_hash) = 32),
    payee      text        NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    UNIQUE (owner, key_hash, payee)
);
COMMENT ON TABLE payment_template IS 'What somebody pays again and again: the number that was named, hashed, and to whom';

CREATE TABLE autopay_rule (
    id          uuid        PRIMARY KEY,
    owner       uuid        NOT NULL,
    kinds       text[]      NOT NULL CHECK (kinds <@ ARRAY['register', 'utility', 'department'] AND cardinality(kinds) > 0),
    card_id     uuid        NOT NULL REFERENCES saved_card,
    per_payment bigint      NOT NULL CHECK (per_payment BETWEEN 100 AND 100000000),
    per_month   bigint      NOT NULL CHECK (per_month BETWEEN per_payment AND 1000000000),
    email       text        NOT NULL,
    phone       text        NOT NULL,
    created_at  timestamptz NOT NULL,
    stopped_at  timestamptz,
    CHECK (email <> '' OR phone <> '')
);
COMMENT ON TABLE autopay_rule IS 'What a person lets us pay without asking: kinds of charges, by which card, how much at most. Told a day before';
COMMENT ON COLUMN autopay_rule.email IS 'Where the notice a day before goes; phone when there is none';
CREATE INDEX autopay_rule_owner ON autopay_rule (owner) WHERE stopped_at IS NULL;

CREATE TABLE autopay_key (
    rule_id uuid  NOT NULL REFERENCES autopay_rule,
    hash    bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (rule_id, hash)
);
COMMENT ON TABLE autopay_key IS 'Whose charges a rule pays: hashes of the own numbers, and of those of templates';

CREATE TABLE autopay_order (
    id         uuid        PRIMARY KEY,
    rule_id    uuid        NOT NULL REFERENCES autopay_rule,
    owner      uuid        NOT NULL,
    charge_id  uuid        NOT NULL REFERENCES charge,
    total      bigint      NOT NULL CHECK (total > 0),
    state      text        NOT NULL CHECK (state IN ('announced', 'skipped', 'over', 'paying', 'paid', 'failed', 'gone', 'stopped')),
    told_at    timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    payment_id uuid        UNIQUE REFERENCES payment,
    reason     text        NOT NULL DEFAULT '',
    UNIQUE (owner, charge_id)
);
COMMENT ON TABLE autopay_order IS 'A payment by rule: one for a charge, ever. What fails is told and left to the person';
COMMENT ON COLUMN autopay_order.total IS 'As announced, with commission: never more than that is taken';
COMMENT ON COLUMN autopay_order.state IS 'over: beyond a limit, told and not paid. gone: paid otherwise meanwhile. skipped: the person said no';
CREATE INDEX autopay_order_rule_id ON autopay_order (rule_id, told_at);
