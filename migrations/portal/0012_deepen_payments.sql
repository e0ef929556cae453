-- Charges of any origin, payments as data, a double-entry ledger, refunds and reconciliation (payments/).

-- 1. Charges -----------------------------------------------------------------------------------------------------------------

ALTER TABLE payee ADD COLUMN treasury boolean NOT NULL DEFAULT true;
ALTER TABLE payee DROP CONSTRAINT payee_kbk_check, DROP CONSTRAINT payee_oktmo_check,
    ADD CONSTRAINT payee_kbk_check CHECK (kbk ~ '^\d{20}$' OR kbk = '' AND NOT treasury),
    ADD CONSTRAINT payee_oktmo_check CHECK (oktmo ~ '^\d{8}(\d{3})?$' OR oktmo = '' AND NOT treasury),
    ADD CONSTRAINT payee_treasury_account CHECK (NOT treasury OR account LIKE '03%');
COMMENT ON COLUMN payee.treasury IS 'Money of a budget: treasury account 03…, КБК and ОКТМО. False for a utility with an account at a bank';

INSERT INTO payee (code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix, treasury) VALUES
    ('gibdd', '2026-01-01', 'УФК по Республике Татарстан (Госавтоинспекция МВД по Республике Татарстан)', '1655065554', '165501001',
     'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079', '03100643000000011100',
     '18811601123010001140', '92701000', '18810116', true),
    ('fns', '2026-01-01', 'Казначейство России (ФНС России)', '1655065554', '165501001',
     'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079', '03100643000000018500',
     '18201061201010000510', '92701000', '18216550', true),
    ('utility', '2026-01-01', 'ООО «Единый расчётный центр»', '1655065554', '165501001',
     'Отделение «Банк Татарстан»', '049205603', '30101810600000000603', '40702810200000000001', '', '', '16550001', false);

CREATE TABLE discount_rule (
    code       text     NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    valid_from date     NOT NULL,
    percent    smallint NOT NULL CHECK (percent BETWEEN 1 AND 100),
    days       int      NOT NULL CHECK (days > 0),
    ground     text     NOT NULL CHECK (ground <> ''),
    PRIMARY KEY (code, valid_from)
);
COMMENT ON TABLE discount_rule IS 'Discounts for paying soon, by the day of the decision: the latest row from that day or before. Never edited, only added to';
INSERT INTO discount_rule (code, valid_from, percent, days, ground) VALUES
    ('fine', '2016-01-01', 50, 20, 'КоАП РФ, ст. 32.2, ч. 1.3'),
    ('fine', '2025-01-01', 25, 30, 'КоАП РФ, ст. 32.2, ч. 1.3');

ALTER TABLE charge DROP CONSTRAINT charge_status_check, DROP CONSTRAINT charge_check, DROP CONSTRAINT charge_check2;
ALTER TABLE charge ALTER COLUMN payer DROP NOT NULL;
ALTER TABLE charge
    ADD COLUMN source        text    NOT NULL DEFAULT '',
    ADD COLUMN reference     text    NOT NULL DEFAULT '' CHECK (length(reference) <= 120),
    ADD COLUMN identity      bytea,
    ADD COLUMN part_allowed  boolean NOT NULL DEFAULT false,
    ADD COLUMN exempt        bigint  NOT NULL DEFAULT 0 CHECK (exempt >= 0),
    ADD COLUMN discounted    bigint  NOT NULL DEFAULT 0 CHECK (discounted >= 0),
    ADD COLUMN paid          bigint  NOT NULL DEFAULT 0 CHECK (paid >= 0),
    ADD COLUMN cancel_reason text    NOT NULL DEFAULT '',
    ADD COLUMN events        int     NOT NULL DEFAULT 0;
UPDATE charge SET paid = amount WHERE status = 'paid';
ALTER TABLE charge
    ADD CONSTRAINT charge_origin_kind CHECK (origin_kind IN ('application', 'register', 'utility', 'department')),
    ADD CONSTRAINT charge_status_check CHECK (status IN ('open', 'paid', 'cancelled', 'refunded')),
    ADD CONSTRAINT charge_paid_at CHECK ((status IN ('paid', 'refunded')) = (paid_at IS NOT NULL)),
    ADD CONSTRAINT charge_sums CHECK (paid + discounted + exempt <= amount),
    ADD CONSTRAINT charge_paid_whole CHECK (status <> 'paid' OR paid + discounted + exempt = amount),
    ADD CONSTRAINT charge_refund_since CHECK (refund_since IS NULL OR status IN ('paid', 'refunded') OR paid > 0),
    ADD CONSTRAINT charge_source CHECK ((source = '') = (reference = '') AND (source = '') <= (origin_kind = 'application'));
COMMENT ON COLUMN charge.origin_kind IS
    'application; register: a fine or a tax; utility: the bill of a utility account; department: made through the API';
COMMENT ON COLUMN charge.origin_id IS 'Key of the application; of the others UUIDv5 of source and reference';
COMMENT ON COLUMN charge.source IS 'The outside system that made the charge; empty for ours';
COMMENT ON COLUMN charge.reference IS 'Its number there: of the decision, of the bill';
COMMENT ON COLUMN charge.payer IS 'Account of the payer; NULL when the charge came from outside and is known by numbers alone';
COMMENT ON COLUMN charge.identity IS 'Sealed JSON: the payer''s numbers (SNILS, INN, СТС…). Found through charge_key';
COMMENT ON COLUMN charge.exempt IS 'What exemptions took off, for good';
COMMENT ON COLUMN charge.discounted IS 'What the discount took off when the charge was paid';
COMMENT ON COLUMN charge.paid IS 'Money that has come for it and was not returned';
DROP INDEX charge_live_origin;
CREATE UNIQUE INDEX charge_live_origin ON charge (origin_kind, origin_id) WHERE status NOT IN ('cancelled', 'refunded');
CREATE INDEX charge_payer_created_at ON charge (payer, created_at DESC) WHERE payer IS NOT NULL;

CREATE TABLE charge_key (
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    charge_id uuid  NOT NULL REFERENCES charge,
    kind      text  NOT NULL CHECK (kind IN ('snils', 'inn', 'sts', 'licence', 'passport', 'account')),
    PRIMARY KEY (hash, charge_id)
);
COMMENT ON TABLE charge_key IS 'Keyed hashes of the numbers by which a payer''s charges are found';
CREATE INDEX charge_key_charge_id ON charge_key (charge_id);

CREATE TABLE charge_discount (
    charge_id uuid        NOT NULL REFERENCES charge,
    until     timestamptz NOT NULL,
    percent   smallint    NOT NULL CHECK (percent BETWEEN 1 AND 100),
    ground    text        NOT NULL CHECK (ground <> ''),
    PRIMARY KEY (charge_id, until)
);
COMMENT ON TABLE charge_discount IS 'What is taken off when the whole rest is paid before a moment. Of several the largest counts';

CREATE TABLE charge_claim (
    charge_id uuid        NOT NULL REFERENCES charge,
    account   uuid        NOT NULL,
    via       text        NOT NULL CHECK (via IN ('uin', 'number')),
    at        timestamptz NOT NULL,
    PRIMARY KEY (charge_id, account)
);
COMMENT ON TABLE charge_claim IS 'Somebody named the УИН or a number of a charge that is not the own one, and may therefore pay it';

CREATE TABLE charge_event (
    charge_id uuid        NOT NULL REFERENCES charge,
    seq       int         NOT NULL CHECK (seq > 0),
    event     text        NOT NULL CHECK (event IN ('created', 'exempted', 'cancelled', 'credited', 'paid', 'returned', 'reversed', 'refunded', 'reopened')),
    amount    bigint      NOT NULL,
    actor     text        NOT NULL CHECK (actor <> ''),
    detail    text        NOT NULL DEFAULT '',
    at        timestamptz NOT NULL,
    PRIMARY KEY (charge_id, seq)
);
COMMENT ON TABLE charge_event IS 'What happened to a charge. Append-only';

-- 2. Payments as data ----------------------------------------------------------------------------------------------------------

ALTER TABLE payment DROP CONSTRAINT payment_state_check, DROP CONSTRAINT payment_check;
ALTER TABLE payment ALTER COLUMN state SET DEFAULT 'none';
ALTER TABLE payment
    ADD COLUMN method          text     NOT NULL DEFAULT 'card' CHECK (method IN ('card', 'sbp')),
    ADD COLUMN part            boolean  NOT NULL DEFAULT false,
    ADD COLUMN discount        bigint   NOT NULL DEFAULT 0 CHECK (discount >= 0),
    ADD COLUMN email           text     NOT NULL DEFAULT '',
    ADD COLUMN paid_by         uuid,
    ADD COLUMN currency        text     NOT NULL DEFAULT 'RUB' CHECK (currency ~ '^[A-Z]{3}$'),
    ADD COLUMN credited        bigint   NOT NULL DEFAULT 0 CHECK (credited >= 0),
    ADD COLUMN reserved        bigint   NOT NULL DEFAULT 0,
    ADD COLUMN refunded        bigint   NOT NULL DEFAULT 0,
    ADD COLUMN qr              text     NOT NULL DEFAULT '',
    ADD COLUMN registry_day    date;
UPDATE payment SET credited = amount WHERE state = 'succeeded';
UPDATE payment SET received = amount WHERE state IN ('succeeded', 'surplus', 'mismatch') AND received IS NULL;
ALTER TABLE payment
    ADD CONSTRAINT payment_state_check CHECK (state IN ('none', 'created', 'pending', 'authorised', 'succeeded', 'failed', 'expired', 'mismatch',
        'surplus', 'refunded', 'reversed')),
    ADD CONSTRAINT payment_paid_at CHECK ((state IN ('succeeded', 'surplus', 'refunded', 'reversed')) <= (paid_at IS NOT NULL)),
    ADD CONSTRAINT payment_returned CHECK (0 <= refunded AND refunded <= reserved AND reserved <= coalesce(received, 0)),
    ADD CONSTRAINT payment_credited CHECK (credited = 0 OR state IN ('succeeded', 'refunded'));
COMMENT ON COLUMN payment.state IS
    'mismatch: another amount or currency than asked has come. surplus: money came for a charge that was paid already or cancelled. reversed: the bank took it back';
COMMENT ON COLUMN payment.part IS 'One of several payments of the charge: does not pay the whole rest';
COMMENT ON COLUMN payment.discount IS 'The discount that was in force when the payer clicked: promised, if this payment succeeds';
COMMENT ON COLUMN payment.email IS 'Where the receipt and the bank''s cheque go, as typed at the click: a bank refuses the same order with other words';
COMMENT ON COLUMN payment.paid_by IS 'Account of who pays, if signed in: not always the payer of the charge';
COMMENT ON COLUMN payment.currency IS 'Of what was received';
COMMENT ON COLUMN payment.credited IS 'How much of what was received the charge has taken; the rest of it is to be returned';
COMMENT ON COLUMN payment.reserved IS 'What refunds under way and done take of it: never more than was received';
COMMENT ON COLUMN payment.qr IS 'What the QR code of the fast payment system says';
COMMENT ON COLUMN payment.registry_day IS 'The day of the bank''s registry in which it was found';
DROP INDEX one_live_attempt;
CREATE UNIQUE INDEX one_live_attempt ON payment (charge_id)
    WHERE state IN ('created', 'pending', 'authorised', 'mismatch') OR state = 'succeeded' AND NOT part;
COMMENT ON INDEX one_live_attempt IS 'A charge cannot be paid twice, whatever the code does';
CREATE INDEX payment_unsettled ON payment (created_at) WHERE state IN ('created', 'pending', 'authorised');
CREATE INDEX payment_bank_id ON payment (acquirer, paid_at) WHERE registry_day IS NULL AND paid_at IS NOT NULL;

INSERT INTO payment_transition (from_state, event, to_state) VALUES
    ('created',    'authorised',     'authorised'),
    ('pending',    'authorised',     'authorised'),
    ('failed',     'authorised',     'authorised'),
    ('expired',    'authorised',     'authorised'),
    ('authorised', 'paid',           'succeeded'),
    ('authorised', 'declined',       'failed'),
    ('authorised', 'expired',        'expired'),
    ('authorised', 'amount_differs', 'mismatch'),
    ('authorised', 'superseded',     'expired'),
    ('authorised', 'paid_extra',     'surplus'),
    ('mismatch',   'accepted',       'succeeded'),
    ('mismatch',   'to_return',      'surplus'),
    ('mismatch',   'reversed',       'reversed'),
    ('succeeded',  'refunded',       'refunded'),
    ('surplus',    'refunded',       'refunded'),
    ('succeeded',  'reversed',       'reversed'),
    ('surplus',    'reversed',       'reversed');

ALTER TABLE payment_event DROP CONSTRAINT payment_event_source_check,
    ADD CONSTRAINT payment_event_source_check CHECK (source IN ('payer', 'answer', 'callback', 'return', 'poll', 'charge', 'staff', 'registry', 'refund')),
    ADD COLUMN actor text NOT NULL DEFAULT '';
COMMENT ON COLUMN payment_event.actor IS 'The employee who pressed the button';

-- A payment moves by an event and by nothing else: the event's row moves it, and a state written directly is refused.
CREATE FUNCTION payment_event_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payment
    SET state = NEW.to_state, events = NEW.seq,
        paid_at = CASE WHEN NEW.to_state IN ('succeeded', 'surplus', 'mismatch') THEN coalesce(paid_at, NEW.at) ELSE paid_at END,
        credited = CASE WHEN NEW.to_state IN ('succeeded', 'refunded') THEN credited ELSE 0 END
    WHERE id = NEW.payment_id AND state = NEW.from_state AND events = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'payment % is not in state % after % events', NEW.payment_id, NEW.from_state, NEW.seq - 1 USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payment_event_move AFTER INSERT ON payment_event FOR EACH ROW EXECUTE FUNCTION payment_event_move();

CREATE FUNCTION payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'none' OR NEW.events <> 0 THEN
            RAISE EXCEPTION 'a payment begins with an event' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM FROM charge WHERE id = NEW.charge_id AND status = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'charge % is closed', NEW.charge_id USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_charge_open';
        END IF;
    ELSIF (NEW.state, NEW.events) IS DISTINCT FROM (OLD.state, OLD.events) AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the state of a payment is changed by its events' USING ERRCODE = 'check_violation';
    ELSIF (NEW.id, NEW.charge_id, NEW.receipt, NEW.acquirer, NEW.amount) IS DISTINCT FROM (OLD.id, OLD.charge_id, OLD.receipt, OLD.acquirer, OLD.amount) THEN
        RAISE EXCEPTION 'what a payment is for does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_guard BEFORE INSERT OR UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION payment_guard();

-- 3. The ledger ----------------------------------------------------------------------------------------------------------------

CREATE TABLE ledger_account (
    code  text PRIMARY KEY,
    about text NOT NULL
);
COMMENT ON TABLE ledger_account IS 'The accounts of the ledger. Debits are positive, credits negative; everything sums up to nothing';
INSERT INTO ledger_account (code, about) VALUES
    ('receivable', 'What payers owe for charges'),
    ('accrued',    'What payees are to get: the other side of receivable'),
    ('clearing',   'Money that a bank has taken for us and has not settled yet'),
    ('settled',    'Money that a bank has passed on to payees'),
    ('commission', 'What banks keep for their work'),
    ('suspense',   'Money of which nobody knows yet whose it is: another amount or currency than asked'),
    ('surplus',    'Money to be returned to payers');

CREATE TABLE ledger_entry (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('charge', 'exemption', 'cancellation', 'payment', 'discount', 'refund', 'reversal', 'settlement')),
    charge_id  uuid        REFERENCES charge,
    payment_id uuid        REFERENCES payment,
    detail     text        NOT NULL DEFAULT ''
);
COMMENT ON TABLE ledger_entry IS 'One booking; its postings sum up to nothing. Append-only';
CREATE INDEX ledger_entry_charge_id ON ledger_entry (charge_id);
CREATE INDEX ledger_entry_payment_id ON ledger_entry (payment_id) WHERE payment_id IS NOT NULL;

CREATE TABLE ledger_posting (
    entry_id bigint   NOT NULL REFERENCES ledger_entry,
    line     smallint NOT NULL,
    account  text     NOT NULL REFERENCES ledger_account,
    currency text     NOT NULL DEFAULT 'RUB' CHECK (currency ~ '^[A-Z]{3}$'),
    amount   bigint   NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (entry_id, line)
);
COMMENT ON COLUMN ledger_posting.amount IS 'Kopecks: a debit is positive, a credit negative';

CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_posting WHERE entry_id = entry) OR EXISTS (
        SELECT FROM ledger_posting WHERE entry_id = entry GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'ledger entry % does not balance', entry USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: an entry is written line by line. Postings are watched too, or a line could be added to an old entry.
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON ledger_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_balanced();

CREATE FUNCTION payments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_posting
    FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only();
CREATE TRIGGER charge_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON charge_event
    FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only();

-- The books are opened with what there is: each charge, and each payment for which money has come.
CREATE FUNCTION pg_temp.book(at timestamptz, kind text, charge uuid, payment uuid, debit text, credit text, sum bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
BEGIN
    INSERT INTO ledger_entry (at, kind, charge_id, payment_id, detail) VALUES (at, kind, charge, payment, 'opening of the books') RETURNING id INTO entry;
    INSERT INTO ledger_posting (entry_id, line, account, amount) VALUES (entry, 1, debit, sum), (entry, 2, credit, -sum);
END $$;
SELECT pg_temp.book(created_at, 'charge', id, NULL, 'receivable', 'accrued', amount) FROM charge;
SELECT pg_temp.book(cancelled_at, 'cancellation', id, NULL, 'accrued', 'receivable', amount) FROM charge WHERE status = 'cancelled';
SELECT pg_temp.book(coalesce(paid_at, created_at), 'payment', charge_id, id, 'clearing',
    CASE state WHEN 'succeeded' THEN 'receivable' WHEN 'surplus' THEN 'surplus' ELSE 'suspense' END, received)
FROM payment WHERE state IN ('succeeded', 'surplus', 'mismatch') AND received > 0;

-- 4. Refunds -------------------------------------------------------------------------------------------------------------------

CREATE TABLE refund_transition (
    from_state text NOT NULL,
    event      text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (from_state, event),
    UNIQUE (from_state, event, to_state)
);
COMMENT ON TABLE refund_transition IS 'The state machine of a refund';
INSERT INTO refund_transition (from_state, event, to_state) VALUES
    ('none',     'ask',     'asked'),
    ('none',     'propose', 'proposed'),
    ('asked',    'propose', 'proposed'),
    ('asked',    'reject',  'rejected'),
    ('proposed', 'reject',  'rejected'),
    ('proposed', 'approve', 'approved'),
    ('approved', 'sent',    'sent'),
    ('approved', 'done',    'done'),
    ('approved', 'refused', 'refused'),
    ('sent',     'done',    'done'),
    ('sent',     'refused', 'refused');

CREATE TABLE refund (
    id         uuid        PRIMARY KEY,
    payment_id uuid        NOT NULL REFERENCES payment,
    amount     bigint      NOT NULL CHECK (amount > 0),
    ground     text        NOT NULL CHECK (ground IN ('surplus', 'mismatch', 'refusal', 'withdrawal', 'error', 'court')),
    note       text        NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    state      text        NOT NULL DEFAULT 'none'
        CHECK (state IN ('none', 'asked', 'proposed', 'approved', 'sent', 'done', 'refused', 'rejected')),
    events     int         NOT NULL DEFAULT 0,
    first_by   text,
    second_by  text,
    bank_id    text,
    reason     text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    done_at    timestamptz,
    CONSTRAINT refund_two_people CHECK (first_by <> second_by),
    CONSTRAINT refund_approved CHECK (state NOT IN ('approved', 'sent', 'done', 'refused') OR first_by IS NOT NULL AND second_by IS NOT NULL),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
COMMENT ON TABLE refund IS 'Money on its way back. Its key is the Idempotence-Key at the bank. Two different people let it go';
COMMENT ON COLUMN refund.first_by IS 'The employee who proposed it; NULL while only the portal has asked for it';
COMMENT ON COLUMN refund.second_by IS 'The employee who approved it: never the first';
CREATE INDEX refund_payment_id ON refund (payment_id, created_at);
CREATE INDEX refund_open ON refund (created_at) WHERE state IN ('asked', 'proposed', 'approved', 'sent');

CREATE TABLE refund_event (
    refund_id  uuid        NOT NULL REFERENCES refund,
    seq        int         NOT NULL CHECK (seq > 0),
    from_state text        NOT NULL,
    event      text        NOT NULL,
    to_state   text        NOT NULL,
    actor      text        NOT NULL CHECK (actor <> ''),
    detail     text        NOT NULL DEFAULT '',
    at         timestamptz NOT NULL,
    PRIMARY KEY (refund_id, seq),
    FOREIGN KEY (from_state, event, to_state) REFERENCES refund_transition (from_state, event, to_state)
);
COMMENT ON TABLE refund_event IS 'Everything that changed a refund. Append-only';
CREATE TRIGGER refund_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_event
    FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only();

CREATE FUNCTION refund_event_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE refund
    SET state = NEW.to_state, events = NEW.seq,
        first_by = CASE NEW.event WHEN 'propose' THEN NEW.actor ELSE first_by END,
        second_by = CASE NEW.event WHEN 'approve' THEN NEW.actor ELSE second_by END,
        done_at = CASE NEW.to_state WHEN 'done' THEN NEW.at END
    WHERE id = NEW.refund_id AND state = NEW.from_state AND events = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refund % is not in state % after % events', NEW.refund_id, NEW.from_state, NEW.seq - 1 USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refund_event_move AFTER INSERT ON refund_event FOR EACH ROW EXECUTE FUNCTION refund_event_move();

CREATE FUNCTION refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.state <> 'none' OR NEW.events <> 0 OR NEW.first_by IS NOT NULL OR NEW.second_by IS NOT NULL) THEN
        RAISE EXCEPTION 'a refund begins with an event' USING ERRCODE = 'check_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.state, NEW.events, NEW.first_by, NEW.second_by) IS DISTINCT FROM (OLD.state, OLD.events, OLD.first_by, OLD.second_by)
        AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the state of a refund is changed by its events' USING ERRCODE = 'check_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.payment_id, NEW.amount) IS DISTINCT FROM (OLD.id, OLD.payment_id, OLD.amount) THEN
        RAISE EXCEPTION 'what a refund is of does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_guard BEFORE INSERT OR UPDATE ON refund FOR EACH ROW EXECUTE FUNCTION refund_guard();

-- 5. Reconciliation --------------------------------------------------------------------------------------------------------------

CREATE TABLE registry (
    acquirer text        NOT NULL,
    day      date        NOT NULL,
    sha256   bytea       NOT NULL CHECK (length(sha256) = 32),
    lines    int         NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (acquirer, day)
);
COMMENT ON TABLE registry IS 'The bank''s daily files that were taken: each once';

CREATE TABLE registry_line (
    acquirer   text        NOT NULL,
    day        date        NOT NULL,
    line       int         NOT NULL CHECK (line > 0),
    kind       text        NOT NULL CHECK (kind IN ('payment', 'refund', 'reversal')),
    bank_id    text        NOT NULL,
    payment_of text        NOT NULL DEFAULT '',
    order_id   text        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    commission bigint      NOT NULL CHECK (commission BETWEEN 0 AND amount),
    currency   text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    at         timestamptz NOT NULL,
    payment_id uuid        REFERENCES payment,
    PRIMARY KEY (acquirer, day, line),
    FOREIGN KEY (acquirer, day) REFERENCES registry
);
COMMENT ON TABLE registry_line IS 'What the bank says it did that day';
COMMENT ON COLUMN registry_line.payment_id IS 'Ours, when it was found';
CREATE UNIQUE INDEX registry_line_once ON registry_line (acquirer, kind, bank_id);

CREATE TABLE discrepancy (
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('amount', 'currency', 'surplus', 'unknown', 'missing', 'unpaid', 'reversal', 'refund', 'books')),
    acquirer    text        NOT NULL DEFAULT '',
    bank_id     text        NOT NULL DEFAULT '',
    payment_id  uuid        REFERENCES payment,
    ours        bigint      NOT NULL DEFAULT 0,
    theirs      bigint      NOT NULL DEFAULT 0,
    currency    text        NOT NULL DEFAULT 'RUB',
    detail      text        NOT NULL DEFAULT '',
    found_at    timestamptz NOT NULL,
    resolution  text        CHECK (resolution IN ('accepted', 'returned', 'reversed', 'found', 'mended', 'dismissed')),
    resolved_by text,
    resolved_at timestamptz,
    note        text        NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    CHECK ((resolution IS NULL) = (resolved_at IS NULL) AND (resolution IS NULL) = (resolved_by IS NULL))
);
COMMENT ON TABLE discrepancy IS 'Where our books and the bank''s word differ. One that is resolved says how and by whom';
COMMENT ON COLUMN discrepancy.kind IS
    'amount, currency: other than asked has come. surplus: came for nothing. unknown: the bank took money for what we do not know. missing: we have money that the registry has not. unpaid: the bank has money of which we do not know. reversal: the bank took it back. refund: of another amount, or unknown to us. books: the ledger and the tables differ';
CREATE UNIQUE INDEX discrepancy_open_payment ON discrepancy (payment_id, kind) WHERE resolution IS NULL AND payment_id IS NOT NULL;
CREATE UNIQUE INDEX discrepancy_open_bank ON discrepancy (acquirer, bank_id, kind) WHERE resolution IS NULL AND payment_id IS NULL;
CREATE INDEX discrepancy_open ON discrepancy (found_at) WHERE resolution IS NULL;

INSERT INTO discrepancy (id, kind, acquirer, bank_id, payment_id, ours, theirs, found_at)
SELECT gen_random_uuid(), CASE state WHEN 'surplus' THEN 'surplus' ELSE 'amount' END, acquirer, coalesce(bank_id, ''), id, amount, received, coalesce(paid_at, created_at)
FROM payment WHERE state IN ('surplus', 'mismatch');

ALTER TABLE employee DROP CONSTRAINT employee_rights_check,
    ADD CONSTRAINT employee_rights_check CHECK (rights <@ ARRAY['payments', 'deliveries', 'catalog', 'refunds']);
