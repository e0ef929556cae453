-- Why a notice to the owner of a charge was not taken, for the staff who try it again (payments/).

ALTER TABLE quittance ADD COLUMN last_error text NOT NULL DEFAULT '', ADD COLUMN tried_at timestamptz;
COMMENT ON COLUMN quittance.last_error IS 'Of the newest attempt; empty when it was taken, or nobody has tried yet';
