-- The sandbox bank gives money back, writes a registry for each day, asks for a code, and lies when it is told to.

ALTER TABLE bank_payment
    ADD COLUMN method text NOT NULL DEFAULT 'card' CHECK (method IN ('card', 'sbp')),
    ADD COLUMN trick  text NOT NULL DEFAULT '' CHECK (trick IN ('', 'twice', 'mute', 'less', 'more', 'dollars', 'deny')),
    ADD COLUMN flip_at timestamptz;
COMMENT ON COLUMN bank_payment.trick IS
    'twice: calls back twice. mute: never calls back. less, more, dollars: takes something else than asked. deny: says no first and yes half a minute later';
COMMENT ON COLUMN bank_payment.flip_at IS 'When a denied payment turns out to be paid';
CREATE INDEX bank_payment_flip_at ON bank_payment (flip_at) WHERE flip_at IS NOT NULL;
CREATE INDEX bank_payment_settled_at ON bank_payment (settled_at) WHERE status = 'succeeded';

CREATE TABLE bank_refund (
    id              uuid        PRIMARY KEY,
    idempotence_key text        NOT NULL CONSTRAINT bank_refund_idempotence_key UNIQUE,
    payment_id      uuid        NOT NULL REFERENCES bank_payment,
    amount          bigint      NOT NULL CHECK (amount > 0),
    status          text        NOT NULL CHECK (status IN ('pending', 'succeeded', 'canceled')),
    reason          text        NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    settle_at       timestamptz NOT NULL,
    settled_at      timestamptz
);
COMMENT ON TABLE bank_refund IS 'Money that the bank sends back, a few seconds after it was asked to';
CREATE INDEX bank_refund_payment_id ON bank_refund (payment_id);
CREATE INDEX bank_refund_settled_at ON bank_refund (settled_at) WHERE status = 'succeeded';
