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
