-- What a payer sees: charges found by number, quittances to the owner of a charge, figures for finance (payments/).

CREATE INDEX charge_claim_account ON charge_claim (account, at DESC);
COMMENT ON INDEX charge_claim_account IS 'What a payer has named lately: page /payments';
COMMENT ON COLUMN charge_claim.account IS 'Account of the payer, or key of the browser of a guest: a hash of its cookie';
COMMENT ON COLUMN payment.paid_by IS 'Who pays, not always the payer of the charge: an account, or the key of a guest''s browser';
