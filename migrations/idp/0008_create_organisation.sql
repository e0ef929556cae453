-- Organisations, who works there, what they may do in its name (idp/organisation).

CREATE TABLE organisation_state (
    code  text   PRIMARY KEY,
    place int    NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    after text[] NOT NULL
);
COMMENT ON TABLE organisation_state IS 'The states of an organisation''s account, and from which it comes to each. A trigger holds rows to it, a page explains it';
INSERT INTO organisation_state (code, after) VALUES
    ('draft', '{}'),
    ('checking', '{draft,refused}'),
    ('active', '{checking}'),
    ('refused', '{checking}'),
    ('joined', '{checking}'),
    ('liquidated', '{active}');

CREATE TABLE organisation (
    id              uuid        PRIMARY KEY,
    oid             bigint      NOT NULL DEFAULT nextval('account_oid_seq'),
    type            text        NOT NULL CHECK (type IN ('LEGAL', 'BUSINESS', 'AGENCY')),
    state           text        NOT NULL DEFAULT 'draft' REFERENCES organisation_state,
    round           int         NOT NULL DEFAULT 0 CHECK (round >= 0),
    ogrn            text        NOT NULL CHECK (ogrn ~ CASE type WHEN 'BUSINESS' THEN '^\d{15}$' ELSE '^\d{13}$' END),
    inn             text        NOT NULL CHECK (inn ~ CASE type WHEN 'BUSINESS' THEN '^\d{12}$' ELSE '^\d{10}$' END),
    kpp             text        NOT NULL DEFAULT '' CHECK (kpp = '' OR type <> 'BUSINESS' AND kpp ~ '^\d{4}[0-9A-Z]{2}\d{3}$'),
    full_name       text        NOT NULL DEFAULT '',
    short_name      text        NOT NULL DEFAULT '',
    legal_form      text        NOT NULL DEFAULT '' CHECK (legal_form ~ '^(|\d{5})$'),
    okved           text        NOT NULL DEFAULT '' CHECK (okved ~ '^(|\d{2}(\.\d{1,2}){0,2})$'),
    founding_type   text        NOT NULL DEFAULT '' CHECK (founding_type IN ('', 'charter', 'model_charter', 'agreement', 'decision', 'regulation')),
    founding_number text        NOT NULL DEFAULT '',
    founding_date   date,
    legal_address   text        NOT NULL DEFAULT '',
    postal_address  text        NOT NULL DEFAULT '',
    phone           text        NOT NULL DEFAULT '' CHECK (phone = '' OR phone ~ '^\+\d{11,15}$'),
    email           text        NOT NULL DEFAULT '' CHECK (email = lower(email)),
    oktmo           text        NOT NULL DEFAULT '' CHECK (oktmo ~ '^(|\d{8}|\d{11})$'),
    accreditation   text        CHECK (accreditation IN ('mfc', 'post', 'pension', 'rostelecom')),
    created_by      uuid        REFERENCES account ON DELETE SET NULL,
    created_at      timestamptz NOT NULL,
    submitted_at    timestamptz,
    decided_at      timestamptz,
    verified_at     timestamptz,
    CONSTRAINT organisation_sent CHECK ((state = 'draft') = (submitted_at IS NULL)),
    CONSTRAINT organisation_decided CHECK ((state IN ('draft', 'checking')) = (decided_at IS NULL)),
    CONSTRAINT organisation_named CHECK (state NOT IN ('active', 'liquidated') OR full_name <> ''),
    CONSTRAINT organisation_accredited CHECK (accreditation IS NULL OR type = 'AGENCY')
);
COMMENT ON TABLE organisation IS 'A legal entity, a sole proprietor or an agency in whose name people act';
COMMENT ON COLUMN organisation.oid IS 'The number by which clients know it; from the same sequence as people''s, so that no number means two things';
COMMENT ON COLUMN organisation.type IS 'As ESIA has it: LEGAL, BUSINESS (sole proprietor), AGENCY (a body of the state, with accreditation a service centre)';
COMMENT ON COLUMN organisation.round IS 'How many times it was sent to the register: results of an earlier round no longer count';
COMMENT ON COLUMN organisation.ogrn IS 'ОГРН, or ОГРНИП of a sole proprietor. A claim is not a proof: unique among active ones only';
COMMENT ON COLUMN organisation.legal_form IS 'Code of ОКОПФ';
COMMENT ON COLUMN organisation.accreditation IS 'Confirms people''s identities as a service centre of this kind';
COMMENT ON COLUMN organisation.created_by IS 'Sees it until it is active; then its employees do';
COMMENT ON COLUMN organisation.state IS 'joined: the organisation was there already, without a head, and the applicant became it';
COMMENT ON COLUMN organisation.verified_at IS 'When the register last confirmed it; asked again by the clock';
CREATE UNIQUE INDEX organisation_oid ON organisation (oid);
CREATE UNIQUE INDEX organisation_ogrn ON organisation (ogrn) WHERE state = 'active';
CREATE UNIQUE INDEX organisation_open_once ON organisation (created_by, ogrn) WHERE state IN ('draft', 'checking', 'refused');
CREATE INDEX organisation_created_by ON organisation (created_by, created_at DESC);
CREATE INDEX organisation_verified_at ON organisation (verified_at) WHERE state = 'active';

CREATE FUNCTION organisation_state_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM organisation_state WHERE code = NEW.state AND OLD.state = ANY (after)) THEN
        RAISE EXCEPTION 'organisation % cannot go from % to %', OLD.oid, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_state_follows BEFORE UPDATE OF state ON organisation
    FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION organisation_state_follows();

CREATE TABLE organisation_check (
    id              uuid        PRIMARY KEY,
    organisation_id uuid        NOT NULL REFERENCES organisation ON DELETE CASCADE,
    round           int         NOT NULL CHECK (round > 0),
    kind            text        NOT NULL CHECK (kind IN ('number', 'tax', 'name', 'head')),
    state           text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'passed', 'failed')),
    reason          text        NOT NULL DEFAULT '',
    found           text        NOT NULL DEFAULT '',
    attempts        int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error      text        NOT NULL DEFAULT '',
    created_at      timestamptz NOT NULL,
    checked_at      timestamptz,
    UNIQUE (organisation_id, round, kind),
    CHECK ((state = 'waiting') = (checked_at IS NULL)),
    CHECK (state <> 'failed' OR reason <> '')
);
COMMENT ON TABLE organisation_check IS 'What the register says about one part of the data of one round; one question answers all of a round';
COMMENT ON COLUMN organisation_check.reason IS 'Why it failed: not_found, liquidated, taken, inn, kpp, name, head, unknown';
COMMENT ON COLUMN organisation_check.found IS 'What the open register has instead, to correct a slip by: a name; never anything about a person';
COMMENT ON COLUMN organisation_check.last_error IS 'Why the register could not be asked; the job tries again';

CREATE TABLE organisation_power (
    code  text PRIMARY KEY CHECK (code ~ '^[a-z_]+$'),
    place int  NOT NULL UNIQUE,
    chief boolean NOT NULL,
    admin boolean NOT NULL,
    needs_accreditation boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE organisation_power IS 'What an employee may be allowed to do. Texts: locale keys idp_org.power_<code>';
COMMENT ON COLUMN organisation_power.place IS 'Order on the page';
COMMENT ON COLUMN organisation_power.chief IS 'The head has it by office';
COMMENT ON COLUMN organisation_power.admin IS 'An administrator has it by office';
COMMENT ON COLUMN organisation_power.needs_accreditation IS 'Only in a service centre';
INSERT INTO organisation_power (code, place, chief, admin, needs_accreditation) VALUES
    ('submit', 1, true, false, false),
    ('sign', 2, true, false, false),
    ('pay', 3, true, false, false),
    ('see_all', 4, true, false, false),
    ('manage_employees', 5, true, true, false),
    ('confirm_identity', 6, false, false, true);

CREATE TABLE organisation_employee (
    id              uuid        PRIMARY KEY,
    organisation_id uuid        NOT NULL REFERENCES organisation ON DELETE CASCADE,
    account_id      uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    chief           boolean     NOT NULL DEFAULT false,
    admin           boolean     NOT NULL DEFAULT false,
    position        text        NOT NULL DEFAULT '',
    joined_at       timestamptz NOT NULL,
    until           timestamptz,
    ended_at        timestamptz,
    ended_how       text        CHECK (ended_how IN ('left', 'dismissed', 'expired', 'liquidated')),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL)),
    CHECK (NOT chief OR until IS NULL)
);
COMMENT ON TABLE organisation_employee IS 'Who acts in an organisation''s name. Past ones stay, ended';
COMMENT ON COLUMN organisation_employee.until IS 'The end agreed beforehand: from then on the row counts for nothing, before anybody writes ended_at';
CREATE UNIQUE INDEX organisation_employee_once ON organisation_employee (organisation_id, account_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX organisation_employee_chief ON organisation_employee (organisation_id) WHERE chief AND ended_at IS NULL;
CREATE INDEX organisation_employee_account_id ON organisation_employee (account_id) WHERE ended_at IS NULL;

CREATE TABLE organisation_grant (
    id          uuid        PRIMARY KEY,
    employee_id uuid        NOT NULL REFERENCES organisation_employee ON DELETE CASCADE,
    power       text        NOT NULL REFERENCES organisation_power,
    from_at     timestamptz NOT NULL,
    until       timestamptz,
    granted_by  uuid        REFERENCES account ON DELETE SET NULL,
    granted_at  timestamptz NOT NULL,
    revoked_by  uuid        REFERENCES account ON DELETE SET NULL,
    revoked_at  timestamptz,
    CHECK (until > from_at)
);
COMMENT ON TABLE organisation_grant IS 'A power given to an employee for a time. Outside of it, and once revoked, the row does nothing';
CREATE UNIQUE INDEX organisation_grant_once ON organisation_grant (employee_id, power) WHERE revoked_at IS NULL;

CREATE TABLE organisation_invitation (
    id              uuid        PRIMARY KEY,
    organisation_id uuid        NOT NULL REFERENCES organisation ON DELETE CASCADE,
    token_hash      bytea       NOT NULL CHECK (length(token_hash) = 32),
    channel         text        NOT NULL CHECK (channel IN ('email', 'sms')),
    contact         text        NOT NULL CHECK (contact <> ''),
    last_name       text        NOT NULL CHECK (last_name <> ''),
    first_name      text        NOT NULL CHECK (first_name <> ''),
    middle_name     text        NOT NULL DEFAULT '',
    snils_key       bytea,
    position        text        NOT NULL DEFAULT '',
    until           timestamptz,
    invited_by      uuid        REFERENCES account ON DELETE SET NULL,
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    used_at         timestamptz,
    used_by         uuid        REFERENCES account ON DELETE SET NULL,
    withdrawn_at    timestamptz,
    declined_at     timestamptz,
    CHECK (expires_at > sent_at),
    CHECK (num_nonnulls(used_at, withdrawn_at, declined_at) <= 1)
);
COMMENT ON TABLE organisation_invitation IS 'A letter to a future employee, with a link that works once';
COMMENT ON COLUMN organisation_invitation.token_hash IS 'SHA-256 of the link''s token; another letter has another token, and the older one is dead';
COMMENT ON COLUMN organisation_invitation.snils_key IS 'Keyed hash of the invited person''s СНИЛС when the sender knew it';
COMMENT ON COLUMN organisation_invitation.until IS 'The end of the employment, if it is agreed beforehand';
CREATE UNIQUE INDEX organisation_invitation_token_hash ON organisation_invitation (token_hash);
CREATE INDEX organisation_invitation_organisation_id ON organisation_invitation (organisation_id, created_at DESC);

CREATE TABLE organisation_choice (
    request_id uuid        PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES session ON DELETE CASCADE,
    chosen_at  timestamptz NOT NULL
);
COMMENT ON TABLE organisation_choice IS 'A client''s request for which the person has said in whose name to enter: it is asked once';
CREATE INDEX organisation_choice_chosen_at ON organisation_choice (chosen_at);
CREATE INDEX organisation_choice_session_id ON organisation_choice (session_id);
