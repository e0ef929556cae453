-- Keys of ESIA that overlap, refresh tokens whose answer got lost (idp/esia); what operators do for who has lost the second proof (idp/confirm).

ALTER TABLE esia_key ADD COLUMN active_at timestamptz;
UPDATE esia_key SET active_at = created_at;
ALTER TABLE esia_key ALTER COLUMN active_at SET NOT NULL;
DROP INDEX esia_key_active;
COMMENT ON TABLE esia_key IS 'Keys that sign tokens. Systems keep the certificate in a file, so a key is replaced by hand, and long announced';
COMMENT ON COLUMN esia_key.active_at IS 'From when it signs, unless a later one does. Before that its certificate is given out for systems to install';
COMMENT ON COLUMN esia_key.retired_at IS 'Nothing that it signed is used any more: its certificate is not given out and verifies nothing';

ALTER TABLE esia_refresh ADD COLUMN answer bytea;
COMMENT ON COLUMN esia_refresh.answer IS 'What it brought, sealed by itself: sent once more to a system whose line broke';
