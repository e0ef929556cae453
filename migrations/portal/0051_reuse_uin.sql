-- A fine keeps its УИН however often somebody begins to pay it: only one charge at a time may bear it.
ALTER TABLE charge DROP CONSTRAINT charge_uin_key;
CREATE UNIQUE INDEX charge_live_uin ON charge (uin) WHERE status NOT IN ('cancelled', 'refunded');
CREATE INDEX charge_uin_created_at ON charge (uin, created_at DESC);
