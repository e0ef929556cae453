-- What was found of the signature of a document that a department issued (departments/workplace).

ALTER TABLE workplace_document
    ADD COLUMN signed_until timestamptz,
    ADD COLUMN trust text NOT NULL DEFAULT '' CHECK (trust IN ('', 'trusted', 'foreign', 'unchecked'));
COMMENT ON COLUMN workplace_document.signed_until IS 'Until when the certificate of the signer holds';
COMMENT ON COLUMN workplace_document.trust IS 'Whether a chain led from the signer''s certificate to a trusted root when the signature came; unchecked: no roots were set';
UPDATE workplace_document SET trust = 'unchecked' WHERE signer <> '';
