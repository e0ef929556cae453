-- Charges, payments and their history (payments/).

CREATE TABLE payee (
    code         text NOT NULL CHECK (code ~ '^[a-z][a-z0-9-]*$'),
    valid_from   date NOT NULL,
    name         text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    inn          text NOT NULL CHECK (inn ~ '^\d{10}$'),
    kpp          text NOT NULL CHECK (kpp ~ '^\d{9}$'),
    bank_name    text NOT NULL CHECK (length(bank_name) BETWEEN 1 AND 45),
    bik          text NOT NULL CHECK (bik ~ '^[012]\d{8}$'),
    corr_account text NOT NULL CHECK (corr_account ~ '^(0|\d{20})$'),
    account      text NOT NULL CHECK (account ~ '^\d{20}$'),
    kbk          text NOT NULL CHECK (kbk ~ '^\d{20}$'),
    oktmo        text NOT NULL CHECK (oktmo ~ '^\d{8}(\d{3})?$'),
    uin_prefix   text NOT NULL CHECK (uin_prefix ~ '^\d{8}$'),
    PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE payee IS
    'Treasury requisites by date: the row in force on a day is the latest one from that day or before. Never edited, only added to';
COMMENT ON COLUMN payee.corr_account IS 'The single treasury account (40102…), field CorrespAcc of the QR code';
COMMENT ON COLUMN payee.account IS 'The treasury account (03100…)';
COMMENT ON COLUMN payee.uin_prefix IS 'First 8 digits of the УИН: who makes the charge in the state payments system';

-- Plausible, not real: an operator adds rows with the requisites of the own treasury.
INSERT INTO payee (code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix) VALUES
    ('zags', '2026-01-01', 'УФК по Республике Татарстан (Управление ЗАГС Кабинета Министров Республики Татарстан)',
     '1655065554', '165501001', 'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079',
     '03100643000000011100', '18210805000010002110', '92701000', '31816550'),
    ('municipality', '2026-01-01', 'УФК по Республике Татарстан (Исполнительный комитет г. Казани)',
     '1655065554', '165501001', 'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079',
     '03100643000000011100', '90010807150011000110', '92701000', '90016550');

CREATE SEQUENCE charge_uin AS bigint MAXVALUE 99999999999;

CREATE TABLE charge (
    id           uuid        PRIMARY KEY,
    uin          text        NOT NULL CONSTRAINT charge_uin_key UNIQUE CHECK (uin ~ '^(\d{20}|\d{25})$'),
    origin_kind  text        NOT NULL CHECK (origin_kind <> ''),
    origin_id    uuid        NOT NULL,
    payer        uuid        NOT NULL,
    last_name    text        NOT NULL CHECK (last_name <> ''),
    first_name   text        NOT NULL,
    middle_name  text        NOT NULL,
    amount       bigint      NOT NULL CHECK (amount > 0),
    purpose      text        NOT NULL CHECK (length(purpose) BETWEEN 1 AND 210),
    service      text        NOT NULL,
    payee        text        NOT NULL,
    payee_from   date        NOT NULL,
    due          timestamptz,
    email        text        NOT NULL DEFAULT '',
    phone        text        NOT NULL DEFAULT '',
    status       text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'cancelled')),
    created_at   timestamptz NOT NULL,
    paid_at      timestamptz,
    cancelled_at timestamptz,
    FOREIGN KEY (payee, payee_from) REFERENCES payee (code, valid_from),
    CHECK ((status = 'paid') = (paid_at IS NOT NULL)),
    CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))
);
COMMENT ON TABLE charge IS 'What somebody owes (начисление), known to the treasury by its УИН';
COMMENT ON COLUMN charge.origin_kind IS 'What the charge is for: "application" and the key of the application';
COMMENT ON COLUMN charge.purpose IS 'At most 210 characters: field Purpose of GOST R 56042';
COMMENT ON COLUMN charge.payee_from IS 'Which requisites were in force when the charge was made';
COMMENT ON COLUMN charge.email IS 'Where the receipt goes, if the payer asked for it; so is phone';
CREATE UNIQUE INDEX charge_live_origin ON charge (origin_kind, origin_id) WHERE status <> 'cancelled';
CREATE INDEX charge_origin_created_at ON charge (origin_kind, origin_id, created_at DESC);

CREATE TABLE payment_transition (
    from_state text NOT NULL,
    event      text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (from_state, event),
    UNIQUE (from_state, event, to_state)
);
COMMENT ON TABLE payment_transition IS
    'The state machine of a payment. An event without a row here changes nothing: a call-back may come twice and in any order';
INSERT INTO payment_transition (from_state, event, to_state) VALUES
    ('none',     'create',         'created'),
    ('created',  'registered',     'pending'),
    ('created',  'refused',        'failed'),
    -- what the bank says may come before the answer that registered the payment
    ('created',  'paid',           'succeeded'),
    ('created',  'declined',       'failed'),
    ('created',  'expired',        'expired'),
    ('created',  'amount_differs', 'mismatch'),
    ('created',  'superseded',     'expired'),
    ('created',  'paid_extra',     'surplus'),
    ('pending',  'paid',           'succeeded'),
    ('pending',  'declined',       'failed'),
    ('pending',  'expired',        'expired'),
    ('pending',  'amount_differs', 'mismatch'),
    ('pending',  'superseded',     'expired'),
    ('pending',  'paid_extra',     'surplus'),
    -- money that has come always wins
    ('failed',   'paid',           'succeeded'),
    ('failed',   'amount_differs', 'mismatch'),
    ('failed',   'paid_extra',     'surplus'),
    ('expired',  'paid',           'succeeded'),
    ('expired',  'amount_differs', 'mismatch'),
    ('expired',  'paid_extra',     'surplus'),
    ('mismatch', 'paid',           'succeeded'),
    ('mismatch', 'declined',       'failed'),
    ('mismatch', 'superseded',     'surplus'),
    ('mismatch', 'paid_extra',     'surplus');

CREATE SEQUENCE payment_number AS bigint MINVALUE 0 START 1;

CREATE TABLE payment (
    id               uuid        PRIMARY KEY,
    charge_id        uuid        NOT NULL REFERENCES charge,
    receipt          text        NOT NULL CONSTRAINT payment_receipt UNIQUE,
    acquirer         text        NOT NULL CHECK (acquirer <> ''),
    bank_id          text,
    confirmation_url text,
    state            text        NOT NULL
        CHECK (state IN ('created', 'pending', 'succeeded', 'failed', 'expired', 'mismatch', 'surplus')),
    events           int         NOT NULL DEFAULT 0,
    amount           bigint      NOT NULL CHECK (amount > 0),
    received         bigint      CHECK (received >= 0),
    reason           text        NOT NULL DEFAULT '',
    last_n           text        COLLATE "C" NOT NULL,
    first_n          text        COLLATE "C" NOT NULL,
    middle_n         text        COLLATE "C" NOT NULL,
    created_at       timestamptz NOT NULL,
    paid_at          timestamptz,
    UNIQUE (acquirer, bank_id),
    CHECK ((state IN ('succeeded', 'surplus')) <= (paid_at IS NOT NULL))
);
COMMENT ON TABLE payment IS 'An attempt to pay a charge. Its key is also the Idempotence-Key at the bank: one attempt is one payment there';
COMMENT ON COLUMN payment.receipt IS 'Given from the first click, so that staff also find a payment that has not passed';
COMMENT ON COLUMN payment.state IS
    'mismatch: another amount than charged has come. surplus: money came for a charge that was paid already or cancelled';
COMMENT ON COLUMN payment.received IS 'What the bank says it took, in kopecks';
COMMENT ON COLUMN payment.last_n IS 'Name of the payer folded by rus.FoldName; so are first_n and middle_n';
CREATE UNIQUE INDEX one_live_attempt ON payment (charge_id) WHERE state IN ('created', 'pending', 'mismatch', 'succeeded');
COMMENT ON INDEX one_live_attempt IS 'A charge cannot be paid twice, whatever the code does';
CREATE INDEX payment_charge_id_created_at ON payment (charge_id, created_at DESC);
CREATE INDEX payment_name_created_at ON payment (last_n, first_n, middle_n, created_at DESC);

CREATE TABLE payment_event (
    payment_id  uuid        NOT NULL REFERENCES payment,
    seq         int         NOT NULL CHECK (seq > 0),
    from_state  text        NOT NULL,
    event       text        NOT NULL,
    to_state    text        NOT NULL,
    source      text        NOT NULL CHECK (source IN ('payer', 'answer', 'callback', 'return', 'poll', 'charge')),
    provider_id text        NOT NULL DEFAULT '',
    detail      text        NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    PRIMARY KEY (payment_id, seq),
    FOREIGN KEY (from_state, event, to_state) REFERENCES payment_transition (from_state, event, to_state)
);
COMMENT ON TABLE payment_event IS 'Everything that changed a payment. Append-only';
COMMENT ON COLUMN payment_event.source IS 'Who told: the payer''s click, the bank''s answer, a call-back, the page of return, the poll, or another attempt of the charge';
COMMENT ON COLUMN payment_event.provider_id IS
    'The bank''s own number of the notice. Not unique: what counts is the truth re-read at the bank, and that may have moved on';

CREATE FUNCTION payment_event_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payment_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER payment_event_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_event
    FOR EACH STATEMENT EXECUTE FUNCTION payment_event_refuse_change();
