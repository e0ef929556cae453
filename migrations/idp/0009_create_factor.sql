-- Proofs beside the password, sign-in by passkey and QR code, and the browsers that a person is known to use (idp/factor).

CREATE TABLE factor_sms (
    account_id uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    enabled_at timestamptz NOT NULL
);
COMMENT ON TABLE factor_sms IS 'People who want a code by SMS after the password. It goes to the account''s phone';

CREATE TABLE factor_totp (
    account_id uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    secret     bytea       NOT NULL,
    last_step  bigint      NOT NULL CHECK (last_step >= 0),
    enabled_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE factor_totp IS 'Apps that show codes by the clock (RFC 6238)';
COMMENT ON COLUMN factor_totp.secret IS 'Sealed by secret.Box';
COMMENT ON COLUMN factor_totp.last_step IS 'The last time step whose code was accepted: neither it nor an earlier one is accepted again';

CREATE TABLE factor_recovery (
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    code_hash  bytea       NOT NULL CHECK (length(code_hash) = 32),
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (account_id, code_hash)
);
COMMENT ON TABLE factor_recovery IS 'Ten printed codes for the day when the phone is lost; each works once';
COMMENT ON COLUMN factor_recovery.code_hash IS 'Keyed hash (secret.Box.Blind)';

CREATE TABLE factor_passkey (
    id              uuid        PRIMARY KEY,
    account_id      uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    credential_id   bytea       NOT NULL CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key      bytea       NOT NULL,
    name            text        NOT NULL CHECK (name <> '' AND length(name) <= 60),
    aaguid          uuid        NOT NULL,
    transports      text[]      NOT NULL,
    sign_count      bigint      NOT NULL CHECK (sign_count >= 0),
    user_verified   boolean     NOT NULL,
    backup_eligible boolean     NOT NULL,
    backed_up       boolean     NOT NULL,
    cloned          boolean     NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL,
    used_at         timestamptz
);
COMMENT ON TABLE factor_passkey IS 'Passkeys (WebAuthn), several per person';
COMMENT ON COLUMN factor_passkey.aaguid IS 'The model of the authenticator, if it says so';
COMMENT ON COLUMN factor_passkey.sign_count IS 'The authenticator''s counter when last used; one that counts and falls back means a copy';
COMMENT ON COLUMN factor_passkey.cloned IS 'The counter fell back: the key is refused until it is removed';
COMMENT ON COLUMN factor_passkey.backed_up IS 'Kept by the maker''s cloud: it outlives the device';
CREATE UNIQUE INDEX factor_passkey_credential_id ON factor_passkey (credential_id);
CREATE INDEX factor_passkey_account_id ON factor_passkey (account_id, created_at);

CREATE TABLE used_challenge (
    hash       bytea       PRIMARY KEY CHECK (length(hash) = 32),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE used_challenge IS
    'Challenges that were answered. They travel sealed in the page that asks; only an answered one leaves a row, so that it works once';
CREATE INDEX used_challenge_expires_at ON used_challenge (expires_at);

CREATE TABLE half_sign_in (
    id             uuid        PRIMARY KEY,
    token_hash     bytea       NOT NULL CHECK (length(token_hash) = 32),
    account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id     uuid        REFERENCES session ON DELETE CASCADE,
    methods        text[]      NOT NULL,
    watched        boolean     NOT NULL DEFAULT false,
    setting_up     boolean     NOT NULL DEFAULT false,
    next           text        NOT NULL DEFAULT '',
    sms_hash       bytea,
    sms_sent_at    timestamptz,
    sms_sent       int         NOT NULL DEFAULT 0 CHECK (sms_sent >= 0),
    sms_tries      int         NOT NULL DEFAULT 0 CHECK (sms_tries >= 0),
    totp_tries     int         NOT NULL DEFAULT 0 CHECK (totp_tries >= 0),
    recovery_tries int         NOT NULL DEFAULT 0 CHECK (recovery_tries >= 0),
    passkey_tries  int         NOT NULL DEFAULT 0 CHECK (passkey_tries >= 0),
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL
);
COMMENT ON TABLE half_sign_in IS 'People between the first proof and the second. Not a session: it opens nothing but the page of the second proof';
COMMENT ON COLUMN half_sign_in.token_hash IS 'SHA-256 of the cookie';
COMMENT ON COLUMN half_sign_in.session_id IS 'A person who is signed in and is asked for more; NULL is a sign-in';
COMMENT ON COLUMN half_sign_in.methods IS 'What was proved so far';
COMMENT ON COLUMN half_sign_in.watched IS 'Many guesses at this account: a code by SMS is asked for, whatever the person has chosen';
COMMENT ON COLUMN half_sign_in.setting_up IS 'The right code also switches the codes by SMS on';
COMMENT ON COLUMN half_sign_in.next IS 'A page of the provider''s own to go on to';
COMMENT ON COLUMN half_sign_in.sms_hash IS 'Keyed hash of the code sent last';
CREATE UNIQUE INDEX half_sign_in_token_hash ON half_sign_in (token_hash);
CREATE INDEX half_sign_in_expires_at ON half_sign_in (expires_at);

CREATE TABLE known_browser (
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash bytea       NOT NULL CHECK (length(token_hash) = 32),
    device     text        NOT NULL,
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, token_hash)
);
COMMENT ON TABLE known_browser IS 'Browsers where a person has signed in: a new one is told of, and a stranger''s guesses do not count against a known one';
COMMENT ON COLUMN known_browser.token_hash IS 'SHA-256 of the browser''s cookie, which several people of a family may share';
CREATE INDEX known_browser_last_at ON known_browser (last_at);

CREATE TABLE browser_notice (
    token_hash   bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id   uuid        NOT NULL,
    browser_hash bytea       NOT NULL CHECK (length(browser_hash) = 32),
    expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE browser_notice IS 'Links «Это не я» in messages about a new browser; each ends the session it tells of, once';
CREATE INDEX browser_notice_expires_at ON browser_notice (expires_at);

CREATE TABLE qr_sign_in (
    id           uuid        PRIMARY KEY,
    code_hash    bytea       NOT NULL CHECK (length(code_hash) = 32),
    browser_hash bytea       NOT NULL CHECK (length(browser_hash) = 32),
    number       int         NOT NULL CHECK (number BETWEEN 10 AND 99),
    choices      int[]       NOT NULL CHECK (cardinality(choices) = 3 AND number = ANY (choices)),
    device       text        NOT NULL,
    address      text        NOT NULL,
    state        text        NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'confirmed', 'refused', 'used')),
    account_id   uuid        REFERENCES account ON DELETE CASCADE,
    methods      text[]      NOT NULL DEFAULT '{}',
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CHECK (state IN ('waiting', 'refused') OR account_id IS NOT NULL)
);
COMMENT ON TABLE qr_sign_in IS 'Browsers that show a QR code and wait for a phone that is signed in';
COMMENT ON COLUMN qr_sign_in.code_hash IS 'SHA-256 of the code in the picture';
COMMENT ON COLUMN qr_sign_in.browser_hash IS 'SHA-256 of the cookie of the browser that shows it: nobody else can use the confirmation';
COMMENT ON COLUMN qr_sign_in.number IS 'Shown beside the picture; the phone asks which of the choices it is, so that a picture sent by a swindler is of no use';
COMMENT ON COLUMN qr_sign_in.methods IS 'How the person had proved to be the one at the phone';
CREATE UNIQUE INDEX qr_sign_in_code_hash ON qr_sign_in (code_hash);
CREATE UNIQUE INDEX qr_sign_in_browser_hash ON qr_sign_in (browser_hash);
CREATE INDEX qr_sign_in_expires_at ON qr_sign_in (expires_at);
