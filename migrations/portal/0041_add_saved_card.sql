-- Cards that banks remember for payers: tokens alone (payments/).

CREATE TABLE saved_card (
    id         uuid        PRIMARY KEY,
    account    uuid        NOT NULL,
    acquirer   text        NOT NULL,
    token      bytea       NOT NULL,
    token_hash bytea       NOT NULL CHECK (length(token_hash) = 32),
    title      text        NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    created_at timestamptz NOT NULL,
    removed_at timestamptz
);
COMMENT ON TABLE saved_card IS 'A card that a bank has remembered at its payer''s wish. Its number is known to the bank alone';
COMMENT ON COLUMN saved_card.token IS 'Sealed: by what the bank knows the card. It is money';
COMMENT ON COLUMN saved_card.token_hash IS 'Keyed hash: the same card is kept once';
COMMENT ON COLUMN saved_card.title IS 'For its owner''s eyes: the last digits, as the bank gives them';
CREATE UNIQUE INDEX saved_card_once ON saved_card (account, acquirer, token_hash);

ALTER TABLE payment
    ADD COLUMN save_card boolean NOT NULL DEFAULT false,
    ADD COLUMN card_id   uuid REFERENCES saved_card;
COMMENT ON COLUMN payment.save_card IS 'The payer lets the bank remember the card';
COMMENT ON COLUMN payment.card_id IS 'Paid by this remembered card: nobody goes to the bank';
