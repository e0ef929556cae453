-- What a payer sees: charges found by number, quittances to the owner of a charge, figures for finance (payments/).

CREATE INDEX charge_claim_account ON charge_claim (account, at DESC);
COMMENT ON INDEX charge_claim_account IS 'What a payer has named lately: page /payments';
COMMENT ON COLUMN charge_claim.account IS 'Account of the payer, or key of the browser of a guest: a hash of its cookie';
COMMENT ON COLUMN payment.paid_by IS 'Who pays, not always the payer of the charge: an account, or the key of a guest''s browser';

CREATE TABLE quittance (
    id         uuid        PRIMARY KEY,
    charge_id  uuid        NOT NULL REFERENCES charge,
    payment_id uuid        NOT NULL REFERENCES payment,
    kind       text        NOT NULL CHECK (kind IN ('paid', 'returned')),
    amount     bigint      NOT NULL CHECK (amount > 0),
    at         timestamptz NOT NULL,
    attempts   int         NOT NULL DEFAULT 0,
    sent_at    timestamptz,
    UNIQUE (payment_id, kind)
);
COMMENT ON TABLE quittance IS 'Notices to the outside owner of a charge: money came for it, or went back. Each once, until the owner has taken it';
COMMENT ON COLUMN quittance.amount IS 'What the charge took of the payment, in kopecks';
COMMENT ON COLUMN quittance.sent_at IS 'When the owner took it; NULL while it waits';
CREATE INDEX quittance_charge_id ON quittance (charge_id);
CREATE INDEX quittance_waiting ON quittance (at) WHERE sent_at IS NULL;

CREATE INDEX payment_created_at ON payment (created_at);
COMMENT ON INDEX payment_created_at IS 'The period of the figures for finance';
