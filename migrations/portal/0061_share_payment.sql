-- Whose card was it that paid, and what somebody has paid (payments/).

ALTER TABLE payment ADD COLUMN shared boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN payment.shared IS 'Somebody else than who began it was led to its page at the bank: the card that pays is remembered for nobody';

CREATE INDEX payment_paid_by ON payment (paid_by, created_at DESC) WHERE paid_by IS NOT NULL AND paid_at IS NOT NULL;
