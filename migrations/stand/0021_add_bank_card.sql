-- Cards that the sandbox bank remembers, and the books of the stand of YooKassa.

CREATE TABLE bank_card (
    id         uuid        PRIMARY KEY,
    title      text        NOT NULL CHECK (title <> ''),
    blocked    boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE bank_card IS 'Cards that payers let the bank remember. The merchant knows them by their key alone';

ALTER TABLE bank_payment
    ADD COLUMN save boolean NOT NULL DEFAULT false,
    ADD COLUMN card uuid REFERENCES bank_card;
COMMENT ON COLUMN bank_payment.save IS 'The payer lets the bank remember the card';
COMMENT ON COLUMN bank_payment.card IS 'The remembered card: made by this payment, or paid with';

CREATE TABLE yookassa_book (
    kind text NOT NULL CHECK (kind IN ('payment', 'refund')),
    id   text NOT NULL,
    at   timestamptz NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (kind, id)
);
COMMENT ON TABLE yookassa_book IS 'What the stand of YooKassa has in its books, as it keeps it';

CREATE TABLE stand_charge (
    department text        NOT NULL,
    reference  text        NOT NULL,
    body       jsonb       NOT NULL,
    purpose    text        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    uin        text        NOT NULL DEFAULT '',
    paid       bigint      NOT NULL DEFAULT 0,
    attempts   int         NOT NULL DEFAULT 0,
    next_at    timestamptz,
    last_error text        NOT NULL DEFAULT '',
    PRIMARY KEY (department, reference)
);
COMMENT ON TABLE stand_charge IS 'What a register has charged people with: it tells the portal, until that has taken it, and hears of their payment';
COMMENT ON COLUMN stand_charge.body IS 'The data of the message to the portal';
COMMENT ON COLUMN stand_charge.uin IS 'As the portal knows it; empty until it has taken it';
COMMENT ON COLUMN stand_charge.next_at IS 'When the portal is told next; NULL when it knows, or does not want it';
CREATE INDEX stand_charge_next_at ON stand_charge (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE stand_quittance (
    id         uuid        PRIMARY KEY,
    department text        NOT NULL,
    reference  text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('paid', 'returned')),
    receipt    text        NOT NULL,
    amount     bigint      NOT NULL CHECK (amount > 0),
    copies     int         NOT NULL DEFAULT 1,
    taken_at   timestamptz NOT NULL
);
COMMENT ON TABLE stand_quittance IS 'What the portal has said of money for charges: each once, however often it came';
CREATE INDEX stand_quittance_department ON stand_quittance (department, taken_at);
