-- Levels of accounts as a state machine, and the ways from one to the next (idp/account, idp/confirm).

CREATE TABLE level_way (
    code       text PRIMARY KEY,
    place      int  NOT NULL GENERATED ALWAYS AS IDENTITY UNIQUE,
    from_level text NOT NULL CHECK (from_level IN ('simplified', 'standard', 'confirmed')),
    to_level   text NOT NULL CHECK (to_level IN ('simplified', 'standard', 'confirmed')),
    UNIQUE (code, from_level, to_level)
);
COMMENT ON TABLE level_way IS 'The state machine of levels: each way leads from one level to another. level_change is held to it, a page explains it';
INSERT INTO level_way (code, from_level, to_level) VALUES
    ('checks', 'simplified', 'standard'),
    ('centre', 'standard', 'confirmed'),
    ('letter', 'standard', 'confirmed'),
    ('bank', 'standard', 'confirmed'),
    ('signature', 'standard', 'confirmed'),
    ('seed', 'standard', 'confirmed'); -- made-up people of the demo and of tests

CREATE TABLE confirm_letter (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    address    bytea       NOT NULL,
    code       bytea,
    code_hash  bytea       NOT NULL CHECK (length(code_hash) = 32),
    state      text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'used', 'void')),
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sendings   int         NOT NULL DEFAULT 0 CHECK (sendings >= 0),
    last_error text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    UNIQUE (id, account_id),
    CHECK (state <> 'queued' OR code IS NOT NULL),
    CHECK ((state = 'used') = (used_at IS NOT NULL))
);
COMMENT ON TABLE confirm_letter IS 'Registered letters with a code that confirms who lives at an address';
COMMENT ON COLUMN confirm_letter.address IS 'Where it goes, sealed by secret.Box';
COMMENT ON COLUMN confirm_letter.code IS 'Sealed; erased when the post has the letter';
COMMENT ON COLUMN confirm_letter.code_hash IS 'Keyed hash';
COMMENT ON COLUMN confirm_letter.attempts IS 'Wrong codes typed';
COMMENT ON COLUMN confirm_letter.sendings IS 'Attempts to hand it to the post that failed, last_error says why';
CREATE UNIQUE INDEX confirm_letter_outstanding ON confirm_letter (account_id) WHERE state IN ('queued', 'sent');
CREATE INDEX confirm_letter_account_id ON confirm_letter (account_id, created_at DESC);

CREATE TABLE confirm_bank (
    id          uuid        PRIMARY KEY,
    account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id  uuid        NOT NULL,
    state_hash  bytea       NOT NULL UNIQUE CHECK (length(state_hash) = 32),
    nonce       text        NOT NULL,
    verifier    bytea       NOT NULL,
    request_id  uuid,
    result      text        NOT NULL DEFAULT 'asked' CHECK (result IN ('asked', 'used', 'confirmed', 'refused')),
    reason      text        NOT NULL DEFAULT '',
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    answered_at timestamptz,
    UNIQUE (id, account_id),
    CHECK ((result = 'asked') = (answered_at IS NULL)),
    CHECK (result <> 'refused' OR reason <> '')
);
COMMENT ON TABLE confirm_bank IS 'Questions to the bank who a person is. Each is answered once, at the browser and sign-in that asked';
COMMENT ON COLUMN confirm_bank.state_hash IS 'SHA-256 of the state that travels through the browser';
COMMENT ON COLUMN confirm_bank.verifier IS 'Of PKCE, sealed by secret.Box';
COMMENT ON COLUMN confirm_bank.request_id IS 'The sign-in of a client that waits for the level';
COMMENT ON COLUMN confirm_bank.reason IS 'Why refused: cancelled, answer, name, birth_date, snils, document';
CREATE INDEX confirm_bank_account_id ON confirm_bank (account_id);
CREATE INDEX confirm_bank_expires_at ON confirm_bank (expires_at);

CREATE TABLE confirm_text (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    text       text        NOT NULL CHECK (text <> ''),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE confirm_text IS 'Texts given to be signed by a qualified signature; each is good once';
CREATE INDEX confirm_text_account_id ON confirm_text (account_id);
CREATE INDEX confirm_text_expires_at ON confirm_text (expires_at);

CREATE TABLE level_change (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id     uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    way            text        NOT NULL,
    from_level     text        NOT NULL,
    to_level       text        NOT NULL,
    identity_round int         NOT NULL,
    at             timestamptz NOT NULL,
    operator_id    uuid,
    centre_oid     bigint,
    letter_id      uuid,
    bank_id        uuid,
    certificate    text        NOT NULL DEFAULT '',
    FOREIGN KEY (way, from_level, to_level) REFERENCES level_way (code, from_level, to_level),
    FOREIGN KEY (account_id, identity_round) REFERENCES identity (account_id, round) ON DELETE CASCADE,
    FOREIGN KEY (letter_id, account_id) REFERENCES confirm_letter (id, account_id) ON DELETE CASCADE,
    FOREIGN KEY (bank_id, account_id) REFERENCES confirm_bank (id, account_id) ON DELETE CASCADE,
    CONSTRAINT level_change_not_by_oneself CHECK (operator_id <> account_id),
    CONSTRAINT level_change_centre CHECK ((way = 'centre') = (operator_id IS NOT NULL) AND (way = 'centre') = (centre_oid IS NOT NULL)),
    CONSTRAINT level_change_letter CHECK ((way = 'letter') = (letter_id IS NOT NULL)),
    CONSTRAINT level_change_bank CHECK ((way = 'bank') = (bank_id IS NOT NULL)),
    CONSTRAINT level_change_signature CHECK ((way = 'signature') = (certificate <> ''))
);
COMMENT ON TABLE level_change IS 'Each step of an account from a level to the next: when, by which way, and on what ground';
COMMENT ON COLUMN level_change.identity_round IS 'The personal data that were in force';
COMMENT ON COLUMN level_change.operator_id IS 'Account of the employee who held the passport. No reference: the step stays when the employee''s account is erased';
COMMENT ON COLUMN level_change.centre_oid IS 'Organisation in which the operator worked';
COMMENT ON COLUMN level_change.certificate IS 'Serial number and issuer of the certificate that signed';
CREATE UNIQUE INDEX level_change_once ON level_change (account_id, to_level);
CREATE INDEX level_change_letter_id ON level_change (letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX level_change_bank_id ON level_change (bank_id) WHERE bank_id IS NOT NULL;

INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at)
SELECT a.id, 'checks', 'simplified', 'standard', i.round, a.level_at
FROM account a JOIN identity i ON i.account_id = a.id AND i.state = 'passed'
WHERE a.level <> 'simplified';
INSERT INTO level_change (account_id, way, from_level, to_level, identity_round, at)
SELECT a.id, 'seed', 'standard', 'confirmed', i.round, a.level_at
FROM account a JOIN identity i ON i.account_id = a.id AND i.state = 'passed'
WHERE a.level = 'confirmed';

CREATE FUNCTION account_level_has_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held text;
BEGIN
    SELECT level INTO held FROM account WHERE id = NEW.id;
    IF held IS NULL OR held = 'simplified' AND NOT EXISTS (SELECT 1 FROM level_change WHERE account_id = NEW.id) THEN
        RETURN NULL;
    END IF;
    IF held IS DISTINCT FROM (SELECT to_level FROM level_change WHERE account_id = NEW.id ORDER BY id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'level % of account % is not what level_change says', held, NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM identity WHERE account_id = NEW.id AND state = 'passed') THEN
        RAISE EXCEPTION 'level % of account % without checked personal data', held, NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER account_level_has_ground AFTER INSERT OR UPDATE OF level ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION account_level_has_ground();

CREATE FUNCTION level_change_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'level_change tells what happened: UPDATE refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.from_level <> coalesce((SELECT to_level FROM level_change WHERE account_id = NEW.account_id ORDER BY id DESC LIMIT 1), 'simplified') THEN
        RAISE EXCEPTION 'account % is not at level %', NEW.account_id, NEW.from_level USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER level_change_follows BEFORE INSERT OR UPDATE ON level_change
    FOR EACH ROW EXECUTE FUNCTION level_change_follows();

-- Service centres and their operators.

CREATE TABLE service_centre (
    organisation_id uuid PRIMARY KEY REFERENCES organisation ON DELETE CASCADE,
    address         text NOT NULL CHECK (address <> ''),
    hours           text NOT NULL CHECK (hours <> ''),
    phone           text NOT NULL DEFAULT ''
);
COMMENT ON TABLE service_centre IS 'Where and when people come to an accredited organisation; without a row its legal address is shown';

CREATE TABLE operator_visit (
    id          uuid        PRIMARY KEY,
    operator_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id  uuid        NOT NULL,
    centre_oid  bigint      NOT NULL,
    account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose     text        NOT NULL CHECK (purpose IN ('confirm', 'contacts', 'block')),
    tries       int         NOT NULL DEFAULT 0 CHECK (tries >= 0),
    passport_at timestamptz,
    contacts    bytea,
    code_hash   bytea,
    code_at     timestamptz,
    code_tries  int         NOT NULL DEFAULT 0 CHECK (code_tries >= 0),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    done_at     timestamptz,
    CHECK (operator_id <> account_id),
    CHECK ((contacts IS NULL) = (code_hash IS NULL))
);
COMMENT ON TABLE operator_visit IS 'A person at an operator''s desk: what the operator may see and do, for a short time, at one sign-in';
COMMENT ON COLUMN operator_visit.tries IS 'Passport numbers typed that were not the checked one';
COMMENT ON COLUMN operator_visit.passport_at IS 'The number of the passport in hand was the checked one';
COMMENT ON COLUMN operator_visit.contacts IS 'New phone and address, JSON sealed by secret.Box, until the code that went to the phone is read out';
CREATE INDEX operator_visit_operator_id ON operator_visit (operator_id, created_at DESC);
CREATE INDEX operator_visit_account_id ON operator_visit (account_id);
CREATE INDEX operator_visit_expires_at ON operator_visit (expires_at);

CREATE TABLE operator_registration (
    id          uuid        PRIMARY KEY,
    operator_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id  uuid        NOT NULL,
    centre_oid  bigint      NOT NULL,
    form        bytea       NOT NULL,
    code_hash   bytea       NOT NULL CHECK (length(code_hash) = 32),
    code_at     timestamptz NOT NULL,
    code_tries  int         NOT NULL DEFAULT 0 CHECK (code_tries >= 0),
    expires_at  timestamptz NOT NULL
);
COMMENT ON TABLE operator_registration IS 'A registration at an operator''s desk between the form and the code. Deleted with the account''s birth or by age';
COMMENT ON COLUMN operator_registration.id IS 'The id that the account will get: sending the code twice makes one account';
COMMENT ON COLUMN operator_registration.form IS 'What was typed, JSON sealed by secret.Box';
CREATE INDEX operator_registration_operator_id ON operator_registration (operator_id);
CREATE INDEX operator_registration_expires_at ON operator_registration (expires_at);

CREATE TABLE confirm_pending (
    account_id  uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    round       int         NOT NULL,
    operator_id uuid        NOT NULL,
    centre_oid  bigint      NOT NULL,
    created_at  timestamptz NOT NULL
);
COMMENT ON TABLE confirm_pending IS 'Whose passport an operator has held before the registers answered: confirmed when that round of data passes';

CREATE TABLE first_password (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id uuid        NOT NULL UNIQUE REFERENCES account ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE first_password IS 'Links by SMS with which a person whom an operator has helped chooses a password; good once';
CREATE INDEX first_password_expires_at ON first_password (expires_at);
