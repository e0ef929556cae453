-- People, their personal data and the automatic checks that raise an account's level (idp/account).

CREATE SEQUENCE account_oid_seq START 1000000001;

CREATE TABLE account (
    id                 uuid        PRIMARY KEY,
    oid                bigint      NOT NULL DEFAULT nextval('account_oid_seq'),
    last_name          text        NOT NULL CHECK (last_name <> ''),
    first_name         text        NOT NULL CHECK (first_name <> ''),
    middle_name        text        NOT NULL DEFAULT '',
    phone              text        NOT NULL CHECK (phone ~ '^\+7\d{10}$'),
    email              text        NOT NULL CHECK (email <> '' AND email = lower(email)),
    email_confirmed_at timestamptz,
    password           text        NOT NULL CHECK (password <> ''),
    level              text        NOT NULL DEFAULT 'simplified' CHECK (level IN ('simplified', 'standard', 'confirmed')),
    level_at           timestamptz NOT NULL,
    snils_key          bytea,
    created_at         timestamptz NOT NULL,
    CONSTRAINT account_level_needs_snils CHECK (level = 'simplified' OR snils_key IS NOT NULL)
);
COMMENT ON TABLE account IS 'A person who can sign in';
COMMENT ON COLUMN account.oid IS 'The number by which clients know the person: sub of OpenID Connect, oid of ESIA';
COMMENT ON COLUMN account.email IS 'Whoever registers may type any address: it signs in and is unique only once confirmed';
COMMENT ON COLUMN account.password IS 'Argon2id in PHC form';
COMMENT ON COLUMN account.snils_key IS 'Keyed hash (secret.Box.Blind) of the checked СНИЛС: sign-in, and one account per СНИЛС';
CREATE UNIQUE INDEX account_oid ON account (oid);
CREATE UNIQUE INDEX account_phone ON account (phone);
CREATE UNIQUE INDEX account_email ON account (email) WHERE email_confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX account_snils_key ON account (snils_key) WHERE snils_key IS NOT NULL;

CREATE TABLE registration (
    token_hash  bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id  uuid        NOT NULL,
    last_name   text        NOT NULL,
    first_name  text        NOT NULL,
    phone       text        NOT NULL,
    email       text        NOT NULL,
    code_hash   bytea,
    attempts    int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent_at     timestamptz NOT NULL,
    verified_at timestamptz,
    request_id  uuid,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE registration IS 'A registration under way: a restart between its pages loses nothing. Deleted with the account''s birth or by age';
COMMENT ON COLUMN registration.token_hash IS 'SHA-256 of the cookie that holds the pages together';
COMMENT ON COLUMN registration.account_id IS 'The id that the account will get: sending the last form twice makes one account';
COMMENT ON COLUMN registration.code_hash IS 'Of the SMS code; NULL when the phone already has an account: then no code fits, and only the SMS tells';
COMMENT ON COLUMN registration.request_id IS 'The sign-in request of a client to go on with afterwards';
CREATE INDEX registration_expires_at ON registration (expires_at);

CREATE TABLE email_confirmation (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    email      text        NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE email_confirmation IS 'Links sent to confirm an address; good for the address they were sent to, once';
CREATE INDEX email_confirmation_account_id ON email_confirmation (account_id);

CREATE TABLE identity (
    account_id   uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    round        int         NOT NULL DEFAULT 0 CHECK (round >= 0),
    state        text        NOT NULL CHECK (state IN ('checking', 'passed', 'failed')),
    last_name    text        NOT NULL CHECK (last_name <> ''),
    first_name   text        NOT NULL CHECK (first_name <> ''),
    middle_name  text        NOT NULL DEFAULT '',
    sex          text        NOT NULL CHECK (sex IN ('M', 'F')),
    birth_date   date        NOT NULL,
    birth_place  text        NOT NULL CHECK (birth_place <> ''),
    citizenship  text        NOT NULL CHECK (citizenship ~ '^[A-Z]{3}$'),
    snils        bytea       NOT NULL,
    snils_key    bytea       NOT NULL,
    document     bytea       NOT NULL,
    request_id   uuid,
    submitted_at timestamptz NOT NULL,
    decided_at   timestamptz,
    CHECK ((state = 'checking') = (decided_at IS NULL))
);
COMMENT ON TABLE identity IS 'Personal data as last sent to the checks, and how that ended';
COMMENT ON COLUMN identity.round IS 'How many times the data were sent: results of an earlier round no longer count';
COMMENT ON COLUMN identity.snils IS 'Sealed by secret.Box';
COMMENT ON COLUMN identity.snils_key IS 'Keyed hash. Not unique here: a claim is not yet a proof';
COMMENT ON COLUMN identity.document IS 'JSON of the identity document, sealed by secret.Box';

CREATE TABLE identity_check (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    round      int         NOT NULL CHECK (round > 0),
    register   text        NOT NULL CHECK (register IN ('pension', 'interior')),
    state      text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'passed', 'failed')),
    reason     text        NOT NULL DEFAULT '',
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    checked_at timestamptz,
    UNIQUE (account_id, round, register),
    CHECK ((state = 'waiting') = (checked_at IS NULL)),
    CHECK (state <> 'failed' OR reason <> '')
);
COMMENT ON TABLE identity_check IS 'One question to one register about one round of personal data';
COMMENT ON COLUMN identity_check.reason IS 'Why it failed: not_found, name, birth_date, sex, document, taken';
COMMENT ON COLUMN identity_check.last_error IS 'Why the register could not be asked; the job tries again';
