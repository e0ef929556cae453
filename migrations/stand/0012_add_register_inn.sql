-- An extract of the register of organisations is ordered by the taxpayer's number (departments/stand/extract.go).

CREATE INDEX register_organisation_inn ON register_organisation (inn);
COMMENT ON INDEX register_organisation_inn IS 'organisationByINN';
