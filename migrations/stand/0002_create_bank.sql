-- The sandbox bank (departments/stand/bank*.go).

CREATE TABLE bank_payment (
    id               uuid        PRIMARY KEY,
    idempotence_key  text        NOT NULL CONSTRAINT bank_payment_idempotence_key UNIQUE CHECK (length(idempotence_key) BETWEEN 1 AND 64),
    request_hash     bytea       NOT NULL CHECK (length(request_hash) = 32),
    order_id         text        NOT NULL CHECK (order_id <> ''),
    receipt          text        NOT NULL,
    payee            text        NOT NULL,
    description      text        NOT NULL,
    amount           bigint      NOT NULL CHECK (amount > 0),
    currency         text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    return_url       text        NOT NULL,
    status           text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'canceled')),
    reason           text        NOT NULL DEFAULT '',
    settle_at        timestamptz,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    settled_at       timestamptz,
    CHECK ((status = 'pending') = (settled_at IS NULL))
);
COMMENT ON TABLE bank_payment IS 'The bank''s own books';
COMMENT ON COLUMN bank_payment.request_hash IS 'SHA-256 of the request: the same key with another request is refused';
COMMENT ON COLUMN bank_payment.settle_at IS 'The payer chose to pay later: the bank takes the money then';
CREATE INDEX bank_payment_pending_due ON bank_payment (least(settle_at, expires_at)) WHERE status = 'pending';
CREATE INDEX bank_payment_created_at ON bank_payment (created_at DESC);

CREATE TABLE bank_callback (
    id           uuid        PRIMARY KEY,
    payment_id   uuid        NOT NULL REFERENCES bank_payment,
    body         bytea       NOT NULL,
    attempts     int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at      timestamptz,
    delivered_at timestamptz,
    last_error   text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL
);
COMMENT ON TABLE bank_callback IS 'Notices to the merchant. They live here, so that a restart goes on where it stopped';
COMMENT ON COLUMN bank_callback.next_at IS 'NULL when delivered or given up';
CREATE INDEX bank_callback_next_at ON bank_callback (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX bank_callback_payment_id ON bank_callback (payment_id);
