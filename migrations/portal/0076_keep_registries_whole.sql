-- Files of banks that do not come, do not read, or say a thing twice are before the staff (payments/).

ALTER TABLE discrepancy DROP CONSTRAINT discrepancy_kind_check,
    ADD CONSTRAINT discrepancy_kind_check CHECK (kind IN ('amount', 'currency', 'surplus', 'unknown', 'missing', 'unpaid', 'reversal', 'refund', 'books', 'registry'));
COMMENT ON COLUMN discrepancy.kind IS
    'amount, currency: other than asked has come. surplus: came for nothing. unknown: the bank took money for what we do not know. missing: we have money that the registry has not. unpaid: the bank has money of which we do not know. reversal: the bank took it back. refund: of another amount, unknown to us, or not in the registry. books: the ledger and the tables differ. registry: the bank''s file of a day (bank_id) did not come or does not read, or names the line bank_id again';

CREATE INDEX registry_line_unmatched ON registry_line (acquirer, day, line) WHERE payment_id IS NULL;
CREATE INDEX registry_line_refund ON registry_line (acquirer, order_id) WHERE kind = 'refund';
CREATE INDEX discrepancy_dismissed ON discrepancy (acquirer, bank_id, kind) WHERE resolution = 'dismissed';
