-- Departments that sign by GOST CMS, with certificates that staff register (departments/, docs/adr/0007-gost-cms.md).

ALTER TABLE department_endpoint
    ADD COLUMN signature text NOT NULL DEFAULT 'jws' CHECK (signature IN ('jws', 'gost-cms'));
COMMENT ON COLUMN department_endpoint.signature IS 'The form in which both sides sign; what comes in the other is refused';

ALTER TABLE department_key
    ALTER COLUMN first_used_at DROP NOT NULL,
    ALTER COLUMN last_used_at DROP NOT NULL,
    ADD COLUMN certificate bytea,
    ADD COLUMN added_at timestamptz,
    ADD COLUMN added_by text NOT NULL DEFAULT '',
    ADD CHECK ((certificate IS NULL) = (added_at IS NULL)),
    ADD CHECK (certificate IS NOT NULL OR first_used_at IS NOT NULL),
    ADD CHECK ((first_used_at IS NULL) = (last_used_at IS NULL));
COMMENT ON TABLE department_key IS 'Keys of departments: those of a JWKS that have signed messages which held, and registered certificates';
COMMENT ON COLUMN department_key.kid IS 'The JWKS''s name of the key, or the SHA-256 of the certificate';
COMMENT ON COLUMN department_key.certificate IS 'X.509 in DER, of gost-cms; its dates are in it';
