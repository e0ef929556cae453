-- The register of organisations (departments/stand). All of it is made-up data of a demo.

CREATE TABLE register_organisation (
    ogrn       text PRIMARY KEY CHECK (ogrn ~ '^(\d{13}|\d{15})$'),
    inn        text NOT NULL CHECK (inn ~ '^(\d{10}|\d{12})$'),
    kpp        text NOT NULL DEFAULT '',
    full_name  text NOT NULL CHECK (full_name <> ''),
    short_name text NOT NULL DEFAULT '',
    legal_form text NOT NULL DEFAULT '',
    okved      text NOT NULL DEFAULT '',
    address    text NOT NULL DEFAULT '',
    oktmo      text NOT NULL DEFAULT '',
    status     text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'liquidated')),
    head       text NOT NULL CHECK (head <> ''),
    head_snils text NOT NULL CHECK (head_snils ~ '^\d{11}$')
);
COMMENT ON TABLE register_organisation IS 'Whom the register knows. Of others it answers by a rule, so that newcomers work';
COMMENT ON COLUMN register_organisation.ogrn IS 'ОГРН, or ОГРНИП of a sole proprietor';
COMMENT ON COLUMN register_organisation.head IS 'Full name of who acts without a power of attorney; never told, only compared';
