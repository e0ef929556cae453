-- Rounds of personal data (idp/account), documents, addresses and vehicles of people (idp/papers), children (idp/family).

ALTER TABLE account ADD COLUMN language text NOT NULL DEFAULT 'ru' CHECK (language IN ('ru', 'tt', 'en'));
COMMENT ON COLUMN account.language IS 'Of messages: the one in which the person last used the pages';

CREATE SEQUENCE paper_id_seq START 100001;

-- A row per round: data that have passed stay in force while corrected ones are being checked.
ALTER TABLE identity DROP CONSTRAINT identity_pkey, DROP CONSTRAINT identity_state_check, DROP CONSTRAINT identity_round_check;
ALTER TABLE identity
    ALTER COLUMN round DROP DEFAULT,
    ADD COLUMN document_id bigint NOT NULL DEFAULT nextval('paper_id_seq'),
    ADD PRIMARY KEY (account_id, round),
    ADD CONSTRAINT identity_round_check CHECK (round > 0),
    ADD CONSTRAINT identity_state_check CHECK (state IN ('checking', 'passed', 'failed', 'former'));
COMMENT ON TABLE identity IS 'Personal data as sent to the checks, one row per round. Passed ones are in force; former ones were';
COMMENT ON COLUMN identity.document_id IS 'Number of the identity document towards clients; stays while the document is the same';
CREATE UNIQUE INDEX identity_in_force ON identity (account_id) WHERE state = 'passed';
CREATE UNIQUE INDEX identity_under_check ON identity (account_id) WHERE state = 'checking';

COMMENT ON COLUMN identity_check.reason IS 'Why it failed: not_found, name, birth_date, sex, document, taken, away';

CREATE TABLE child (
    id              uuid        PRIMARY KEY,
    oid             bigint      NOT NULL DEFAULT nextval('account_oid_seq'),
    last_name       text        NOT NULL CHECK (last_name <> ''),
    first_name      text        NOT NULL CHECK (first_name <> ''),
    middle_name     text        NOT NULL DEFAULT '',
    sex             text        NOT NULL CHECK (sex IN ('M', 'F')),
    birth_date      date        NOT NULL,
    citizenship     text        NOT NULL DEFAULT 'RUS' CHECK (citizenship ~ '^[A-Z]{3}$'),
    snils           bytea,
    certificate_key bytea       NOT NULL,
    verified_at     timestamptz,
    created_at      timestamptz NOT NULL
);
COMMENT ON TABLE child IS 'A child under fourteen whose account the parents keep. When the child takes it over, the row becomes one of account with the same id and oid';
COMMENT ON COLUMN child.snils IS 'Sealed by secret.Box; NULL: not given';
COMMENT ON COLUMN child.certificate_key IS 'Keyed hash of the birth certificate: two parents who add the same child keep one';
COMMENT ON COLUMN child.verified_at IS 'When the register of births first confirmed a parent';
CREATE UNIQUE INDEX child_oid ON child (oid);
CREATE UNIQUE INDEX child_certificate ON child (certificate_key) WHERE verified_at IS NOT NULL;

CREATE TABLE child_parent (
    child_id    uuid        NOT NULL REFERENCES child ON DELETE CASCADE,
    parent_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    verified_at timestamptz,
    draft       bytea,
    state       text        NOT NULL DEFAULT 'checking' CHECK (state IN ('checking', 'verified', 'refused')),
    round       int         NOT NULL DEFAULT 1 CHECK (round > 0),
    reason      text        NOT NULL DEFAULT '',
    attempts    int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error  text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    checked_at  timestamptz,
    PRIMARY KEY (child_id, parent_id),
    CHECK ((state = 'checking') = (checked_at IS NULL)),
    CHECK (state <> 'refused' OR reason <> '')
);
COMMENT ON TABLE child_parent IS 'Who keeps a child''s account, and the latest question to the register of births about it';
COMMENT ON COLUMN child_parent.verified_at IS 'When the register first confirmed this parent. Until then the parent sees only what they entered themselves';
COMMENT ON COLUMN child_parent.draft IS 'What the parent entered and the register has not confirmed yet, JSON sealed by secret.Box; what is in force is in child';
COMMENT ON COLUMN child_parent.reason IS 'Why the register of births refused: not_found, name, birth_date, sex, parent, taken, away';
CREATE INDEX child_parent_parent_id ON child_parent (parent_id);

CREATE TABLE child_invitation (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    child_id   uuid        NOT NULL REFERENCES child ON DELETE CASCADE,
    made_by    uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose    text        NOT NULL CHECK (purpose IN ('parent', 'child')),
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
COMMENT ON TABLE child_invitation IS 'A link for the second parent, or for the child who takes the account over; good once';
CREATE UNIQUE INDEX child_invitation_purpose ON child_invitation (child_id, purpose);
CREATE INDEX child_invitation_made_by ON child_invitation (made_by);

CREATE TABLE paper (
    id         bigint      PRIMARY KEY DEFAULT nextval('paper_id_seq'),
    account_id uuid        REFERENCES account ON DELETE CASCADE,
    child_id   uuid        REFERENCES child ON DELETE CASCADE,
    owner_id   uuid        NOT NULL GENERATED ALWAYS AS (coalesce(account_id, child_id)) STORED,
    kind       text        NOT NULL CHECK (kind IN ('FRGN_PASS', 'RF_DRIVING_LICENSE', 'MDCL_PLCY', 'MLTR_ID', 'RF_BRTH_CERT', 'FID_BRTH_CERT',
                               'RSDNC_PERMIT', 'TMP_RSDNC_PERMIT', 'INN', 'PLV', 'PRG', 'VEHICLE')),
    slot       bytea       NOT NULL DEFAULT '',
    content    bytea       NOT NULL,
    state      text        NOT NULL CHECK (state IN ('unchecked', 'checking', 'verified', 'refused')),
    round      int         NOT NULL DEFAULT 1 CHECK (round > 0),
    reason     text        NOT NULL DEFAULT '',
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    checked_at timestamptz,
    CHECK (num_nonnulls(account_id, child_id) = 1),
    CHECK (state <> 'refused' OR reason <> '')
);
COMMENT ON TABLE paper IS 'Documents, addresses and vehicles. Passports are rounds of identity';
COMMENT ON COLUMN paper.kind IS 'Names of ESIA; RSDNC_PERMIT, TMP_RSDNC_PERMIT and INN are ours';
COMMENT ON COLUMN paper.slot IS 'Empty where a person has one of the kind; keyed hash of the certificate of a vehicle. Sending a form twice makes one paper';
COMMENT ON COLUMN paper.content IS 'JSON of the fields, sealed by secret.Box';
COMMENT ON COLUMN paper.round IS 'How many times it was changed: a register''s answer about an earlier text does not count';
COMMENT ON COLUMN paper.reason IS 'Why a register refused: not_found, name, birth_date, away';
CREATE UNIQUE INDEX paper_owner_kind ON paper (owner_id, kind, slot);
CREATE INDEX paper_account_id ON paper (account_id);
CREATE INDEX paper_child_id ON paper (child_id);
