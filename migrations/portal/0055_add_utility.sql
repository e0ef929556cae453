-- The bill of a flat by line, the meters of a utility account and their readings (payments/, payments/utility/).

CREATE TABLE charge_line (
    charge_id    uuid   NOT NULL REFERENCES charge,
    position     int    NOT NULL CHECK (position BETWEEN 1 AND 100),
    code         text   NOT NULL CHECK (code ~ '^[a-z][a-z0-9_-]{0,39}$'),
    title        text   NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    unit         text   NOT NULL DEFAULT '' CHECK (length(unit) <= 20),
    volume       bigint NOT NULL DEFAULT 0 CHECK (volume BETWEEN 0 AND 100000000000),
    tariff       bigint NOT NULL DEFAULT 0 CHECK (tariff BETWEEN 0 AND 100000000),
    charged      bigint NOT NULL CHECK (charged BETWEEN 0 AND 100000000000),
    recalculated bigint NOT NULL DEFAULT 0 CHECK (recalculated BETWEEN -100000000000 AND 100000000000),
    PRIMARY KEY (charge_id, position),
    UNIQUE (charge_id, code),
    CHECK (charged + recalculated >= 0)
);
COMMENT ON TABLE charge_line IS 'What a bill consists of: volume by tariff, and what was recalculated. The lines add up to the amount of the charge';
COMMENT ON COLUMN charge_line.volume IS 'In ten-thousandths of the unit; 0 when nothing was measured';
COMMENT ON COLUMN charge_line.tariff IS 'Kopecks for a unit';
COMMENT ON COLUMN charge_line.recalculated IS 'Kopecks, below nothing when too much was charged before';

CREATE TABLE payment_line (
    payment_id uuid   NOT NULL REFERENCES payment,
    charge_id  uuid   NOT NULL,
    position   int    NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (payment_id, position),
    FOREIGN KEY (charge_id, position) REFERENCES charge_line (charge_id, position)
);
COMMENT ON TABLE payment_line IS 'Which lines of the bill a payment is for: those that its payer chose, or all of them in proportion';
CREATE INDEX payment_line_charge_id ON payment_line (charge_id, position);

CREATE TABLE utility_account (
    id          uuid        PRIMARY KEY,
    source      text        NOT NULL CHECK (source <> ''),
    number_hash bytea       NOT NULL CHECK (length(number_hash) = 32),
    number      bytea       NOT NULL,
    holder_hash bytea       NOT NULL CHECK (length(holder_hash) = 32),
    place       bytea       NOT NULL,
    first_day   int         NOT NULL CHECK (first_day BETWEEN 1 AND 28),
    last_day    int         NOT NULL CHECK (last_day BETWEEN first_day AND 31),
    said_at     timestamptz NOT NULL,
    UNIQUE (source, number_hash)
);
COMMENT ON TABLE utility_account IS 'A utility account as its register has told of it. It is opened to whoever names its number and its holder''s surname';
COMMENT ON COLUMN utility_account.number IS 'Sealed; number_hash and holder_hash are keyed hashes of the number and the folded surname';
COMMENT ON COLUMN utility_account.place IS 'Sealed: the address of the flat';
COMMENT ON COLUMN utility_account.first_day IS 'Readings are taken from this day of the month to last_day';
COMMENT ON COLUMN utility_account.said_at IS 'Time of the register''s newest message: an older one that comes late changes nothing';

CREATE TABLE utility_meter (
    id             uuid        PRIMARY KEY,
    account_id     uuid        NOT NULL REFERENCES utility_account,
    number         text        NOT NULL CHECK (length(number) BETWEEN 1 AND 40),
    title          text        NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    unit           text        NOT NULL CHECK (length(unit) BETWEEN 1 AND 20),
    value          bigint      NOT NULL CHECK (value BETWEEN 0 AND 1000000000000),
    value_on       date        NOT NULL,
    typical        bigint      NOT NULL DEFAULT 0 CHECK (typical BETWEEN 0 AND 1000000000000),
    verified_until date,
    removed_at     timestamptz,
    UNIQUE (account_id, number)
);
COMMENT ON TABLE utility_meter IS 'A meter of a utility account, with the last reading that its register knows. Values are thousandths of the unit';
COMMENT ON COLUMN utility_meter.typical IS 'What is used in a usual month; 0 when the register does not say. Much more is asked about once again';

CREATE TABLE utility_link (
    owner      uuid        NOT NULL,
    account_id uuid        NOT NULL REFERENCES utility_account,
    added_at   timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (owner, account_id)
);
COMMENT ON TABLE utility_link IS 'Whose cabinet shows which utility account';

CREATE TABLE meter_reading (
    id       uuid        PRIMARY KEY,
    meter_id uuid        NOT NULL REFERENCES utility_meter,
    month    date        NOT NULL CHECK (extract(day FROM month) = 1),
    seq      int         NOT NULL CHECK (seq > 0),
    value    bigint      NOT NULL CHECK (value BETWEEN 0 AND 1000000000000),
    given_by uuid        NOT NULL,
    given_at timestamptz NOT NULL,
    attempts int         NOT NULL DEFAULT 0,
    sent_at  timestamptz,
    refusal  text        NOT NULL DEFAULT '',
    UNIQUE (meter_id, month, seq)
);
COMMENT ON TABLE meter_reading IS 'A reading that somebody typed. A later one of the same month takes its place; none is changed. The register is told of each';
COMMENT ON COLUMN meter_reading.refusal IS 'Why the register did not take it; sent_at is then when it said so';
