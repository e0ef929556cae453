-- Commission of the payer by rules, and which bank a payer may choose (payments/).

CREATE TABLE commission_rule (
    acquirer   text   NOT NULL CHECK (acquirer <> ''),
    method     text   NOT NULL CHECK (method IN ('card', 'sbp')),
    kind       text   NOT NULL CHECK (kind IN ('*', 'application', 'register', 'utility', 'department')),
    valid_from date   NOT NULL,
    per_myriad int    NOT NULL CHECK (per_myriad BETWEEN 0 AND 1000),
    least      bigint NOT NULL DEFAULT 0 CHECK (least >= 0),
    most       bigint CHECK (most >= least),
    PRIMARY KEY (acquirer, method, kind, valid_from)
);
COMMENT ON TABLE commission_rule IS
    'What a payer pays on top, by bank, means and kind of charge: the row of the kind counts before that of *, the latest from that day or before. No row is nothing. Never edited, only added to';
COMMENT ON COLUMN commission_rule.per_myriad IS 'Hundredths of a percent of what is paid for the charge, half a kopeck rounded up';
COMMENT ON COLUMN commission_rule.least IS 'In kopecks: not less than this, and not more than most';
INSERT INTO commission_rule (acquirer, method, kind, valid_from, per_myriad, least, most) VALUES
    ('sandbox',  'card', '*',       '2026-01-01', 0,   0,   NULL),
    ('sandbox',  'sbp',  '*',       '2026-01-01', 0,   0,   NULL),
    ('yookassa', 'card', '*',       '2026-01-01', 70,  100, 150000),
    ('yookassa', 'card', 'utility', '2026-01-01', 50,  100, 50000),
    ('yookassa', 'sbp',  '*',       '2026-01-01', 0,   0,   NULL);

ALTER TABLE payment
    ADD COLUMN fee       bigint NOT NULL DEFAULT 0 CHECK (fee >= 0),
    ADD COLUMN fee_taken bigint NOT NULL DEFAULT 0 CHECK (fee_taken BETWEEN 0 AND fee),
    ADD CONSTRAINT payment_fee_taken CHECK (fee_taken = 0 OR state IN ('succeeded', 'refunded')),
    ADD CONSTRAINT payment_taken CHECK (credited + fee_taken <= coalesce(received, 0));
COMMENT ON COLUMN payment.amount IS 'What is paid for the charge; the bank is asked for amount and fee';
COMMENT ON COLUMN payment.fee IS 'Commission that the payer was shown and has agreed to';
COMMENT ON COLUMN payment.fee_taken IS 'How much of what was received is that commission; what came for nothing goes back with it';

CREATE OR REPLACE FUNCTION payment_event_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payment
    SET state = NEW.to_state, events = NEW.seq,
        paid_at = CASE WHEN NEW.to_state IN ('succeeded', 'surplus', 'mismatch') THEN coalesce(paid_at, NEW.at) ELSE paid_at END,
        credited = CASE WHEN NEW.to_state IN ('succeeded', 'refunded') THEN credited ELSE 0 END,
        fee_taken = CASE WHEN NEW.to_state IN ('succeeded', 'refunded') THEN fee_taken ELSE 0 END
    WHERE id = NEW.payment_id AND state = NEW.from_state AND events = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'payment % is not in state % after % events', NEW.payment_id, NEW.from_state, NEW.seq - 1 USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
