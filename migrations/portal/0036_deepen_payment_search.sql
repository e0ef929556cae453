-- What staff ask of payments when there are tens of millions of them (payments/): the search by name reads its indexes alone.

DROP INDEX payment_name_newest;
CREATE INDEX payment_name_newest ON payment_name (last_n, created_at, payment_id) INCLUDE (first_n, middle_n, amount, service, payee);
COMMENT ON INDEX payment_name_newest IS
    'Payments of a surname, newest first, with all that a search is narrowed by: a frequent name is read until a page is full, not sorted whole';

-- An index is read alone only where the table was vacuumed; by default a fifth of the table has to be new before it is.
ALTER TABLE payment_name SET (autovacuum_vacuum_insert_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);

-- The parts and the words compare in one order: a call with a word of a "C" column passes its order on to the part as well, and an index of
-- another order was not used: each payment read all words, 40 ms of them at 5 million payments.
ALTER TABLE name_word ALTER COLUMN part TYPE text COLLATE "C";
ALTER TABLE name_typo ALTER COLUMN part TYPE text COLLATE "C";
