-- Branches of organisations, as the register of legal entities has them (idp/organisation).

CREATE TABLE organisation_branch (
    oid             bigint PRIMARY KEY DEFAULT nextval('account_oid_seq'),
    organisation_id uuid   NOT NULL REFERENCES organisation ON DELETE CASCADE,
    kpp             text   NOT NULL CHECK (kpp ~ '^\d{4}[0-9A-Z]{2}\d{3}$'),
    name            text   NOT NULL CHECK (name <> ''),
    address         text   NOT NULL DEFAULT '',
    phone           text   NOT NULL DEFAULT '' CHECK (phone = '' OR phone ~ '^\+\d{11,15}$'),
    email           text   NOT NULL DEFAULT '' CHECK (email = lower(email)),
    UNIQUE (organisation_id, kpp)
);
COMMENT ON TABLE organisation_branch IS 'A branch of an organisation. The register names them each time it is asked; what it no longer names is gone';
COMMENT ON COLUMN organisation_branch.oid IS 'The number by which clients know it; it stays as long as the branch''s КПП';
COMMENT ON COLUMN organisation_branch.kpp IS 'КПП of the branch, not of the organisation';
