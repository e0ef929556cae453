-- The owner of a charge hears of each refund, also of a part (payments/).

ALTER TABLE quittance DROP CONSTRAINT quittance_payment_id_kind_key, ADD COLUMN refund_id uuid REFERENCES refund;
COMMENT ON COLUMN quittance.refund_id IS 'By what the money went back; NULL when it came, or the bank took it back';
CREATE UNIQUE INDEX quittance_once ON quittance (payment_id, kind, refund_id) NULLS NOT DISTINCT;
