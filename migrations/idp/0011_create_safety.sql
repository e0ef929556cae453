-- Safety of an account (idp/safety): recovery, change of contacts, blocking and deletion.

ALTER TABLE account
    ADD COLUMN blocked_at   timestamptz,
    ADD COLUMN blocked_by   text CHECK (blocked_by IN ('self', 'office')),
    ADD COLUMN block_reason text NOT NULL DEFAULT '',
    ADD COLUMN delete_at    timestamptz,
    ADD CONSTRAINT account_block_is_whole CHECK ((blocked_at IS NULL) = (blocked_by IS NULL));
COMMENT ON COLUMN account.blocked_at IS 'Nobody signs in since then';
COMMENT ON COLUMN account.blocked_by IS 'self is lifted by recovery, office only by the office';
COMMENT ON COLUMN account.delete_at IS 'The person asked for deletion; a sign-in before then takes it back';
CREATE INDEX account_delete_at ON account (delete_at) WHERE delete_at IS NOT NULL;

CREATE TABLE recovery (
    id             uuid        PRIMARY KEY,
    token_hash     bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    contact        bytea       NOT NULL,
    channel        text        NOT NULL CHECK (channel IN ('sms', 'email')),
    lang           text        NOT NULL CHECK (lang IN ('ru', 'tt', 'en')),
    account_id     uuid        REFERENCES account ON DELETE CASCADE,
    code_hash      bytea,
    attempts       int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent_at        timestamptz NOT NULL,
    verified_at    timestamptz,
    document_tries int         NOT NULL DEFAULT 0 CHECK (document_tries >= 0),
    proven_at      timestamptz,
    request_id     uuid,
    expires_at     timestamptz NOT NULL,
    CHECK (verified_at IS NULL OR account_id IS NOT NULL),
    CHECK (proven_at IS NULL OR verified_at IS NOT NULL)
);
COMMENT ON TABLE recovery IS 'A recovery of access between its pages. Deleted by its use or by age';
COMMENT ON COLUMN recovery.token_hash IS 'SHA-256 of the cookie: only the browser where it began can go on';
COMMENT ON COLUMN recovery.contact IS 'The phone or address as read, sealed by secret.Box: it may be a stranger''s';
COMMENT ON COLUMN recovery.account_id IS 'Found by a job, so that the page answers in the same time whether it exists or not; NULL is nobody''s';
COMMENT ON COLUMN recovery.code_hash IS 'Keyed hash; NULL when there is no account, then no code fits';
COMMENT ON COLUMN recovery.verified_at IS 'The code was right';
COMMENT ON COLUMN recovery.proven_at IS 'The document was right, or none is needed';
CREATE INDEX recovery_account_id ON recovery (account_id);
CREATE INDEX recovery_expires_at ON recovery (expires_at);

CREATE TABLE contact_change (
    id         uuid        PRIMARY KEY,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    kind       text        NOT NULL CHECK (kind IN ('phone', 'email')),
    value      text        NOT NULL CHECK (value <> ''),
    proof      text        NOT NULL CHECK (proof IN ('phone', 'email', 'none')),
    proof_hash bytea,
    value_hash bytea,
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((proof = 'none') = (proof_hash IS NULL))
);
COMMENT ON TABLE contact_change IS 'A phone or address on its way to an account: both sides prove themselves by a code';
COMMENT ON COLUMN contact_change.proof IS 'Where the owner''s own code went; none when no address of the owner was ever confirmed';
COMMENT ON COLUMN contact_change.value_hash IS 'Keyed hash of the code sent to the new value; NULL when that is another account''s: no code fits';
CREATE UNIQUE INDEX contact_change_account_kind ON contact_change (account_id, kind);
CREATE INDEX contact_change_expires_at ON contact_change (expires_at);

CREATE TABLE contact_past (
    token_hash   bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    account_id   uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    kind         text        NOT NULL CHECK (kind IN ('phone', 'email')),
    value        text        NOT NULL CHECK (value <> ''),
    confirmed_at timestamptz,
    replaced_at  timestamptz NOT NULL,
    held_until   timestamptz NOT NULL
);
COMMENT ON TABLE contact_past IS 'Phones and addresses that an account had: held for a time, and put back by the link in the notice';
COMMENT ON COLUMN contact_past.token_hash IS 'SHA-256 of the link';
COMMENT ON COLUMN contact_past.confirmed_at IS 'Of an address: whether it was confirmed';
CREATE INDEX contact_past_kind_value ON contact_past (kind, value);
CREATE INDEX contact_past_account_id ON contact_past (account_id, kind, replaced_at);
CREATE INDEX contact_past_held_until ON contact_past (held_until);

CREATE TABLE own_code (
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    purpose    text        NOT NULL CHECK (purpose IN ('delete')),
    code_hash  bytea       NOT NULL CHECK (length(code_hash) = 32),
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    sent_at    timestamptz NOT NULL,
    PRIMARY KEY (account_id, purpose)
);
COMMENT ON TABLE own_code IS 'A code by SMS that confirms a wish of somebody who is signed in; a new one voids the one before';
