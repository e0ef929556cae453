-- A fine keeps its УИН however often somebody begins to pay it: only one charge at a time may bear it.
ALTER TABLE charge DROP CONSTRAINT charge_uin_key;
CREATE UNIQUE INDEX charge_live_uin ON charge (uin) WHERE status NOT IN ('cancelled', 'refunded');
CREATE INDEX charge_uin_created_at ON charge (uin, created_at DESC);

-- Who gets the money for licences and for extracts of the register on paper. Plausible, not real, as those before.
INSERT INTO payee (code, valid_from, name, inn, kpp, bank_name, bik, corr_account, account, kbk, oktmo, uin_prefix) VALUES
    ('trade', '2026-01-01', 'УФК по Республике Татарстан (Министерство промышленности и торговли Республики Татарстан)',
     '1655427395', '165501001', 'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079',
     '03100643000000011100', '90010807081010000110', '92701000', '90016555'),
    ('tax', '2026-01-01', 'УФК по Республике Татарстан (Управление ФНС России по Республике Татарстан)',
     '1655427395', '165501001', 'Отделение-НБ Республика Татарстан г. Казань', '019205400', '40102810445370000079',
     '03100643000000011100', '18211301020016000130', '92701000', '18216555');
