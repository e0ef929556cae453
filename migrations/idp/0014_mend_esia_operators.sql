-- Keys of ESIA that overlap, refresh tokens whose answer got lost (idp/esia); what operators do for who has lost the second proof (idp/confirm).

ALTER TABLE esia_key ADD COLUMN active_at timestamptz;
UPDATE esia_key SET active_at = created_at;
ALTER TABLE esia_key ALTER COLUMN active_at SET NOT NULL;
DROP INDEX esia_key_active;
COMMENT ON TABLE esia_key IS 'Keys that sign tokens. Systems keep the certificate in a file, so a key is replaced by hand, and long announced';
COMMENT ON COLUMN esia_key.active_at IS 'From when it signs, unless a later one does. Before that its certificate is given out for systems to install';
COMMENT ON COLUMN esia_key.retired_at IS 'Nothing that it signed is used any more: its certificate is not given out and verifies nothing';

ALTER TABLE esia_refresh ADD COLUMN answer bytea;
COMMENT ON COLUMN esia_refresh.answer IS 'What it brought, sealed by itself: sent once more to a system whose line broke';

CREATE TABLE kin (
    parent_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    child_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    since     timestamptz NOT NULL,
    PRIMARY KEY (parent_id, child_id)
);
COMMENT ON TABLE kin IS 'Who was a parent of somebody who has taken over the own account: operators serve no relatives';
CREATE INDEX kin_child_id ON kin (child_id);

ALTER TABLE operator_visit DROP CONSTRAINT operator_visit_purpose_check;
ALTER TABLE operator_visit ADD CONSTRAINT operator_visit_purpose_check CHECK (purpose IN ('confirm', 'contacts', 'factors', 'block'));

CREATE TABLE factor_reset (
    id          uuid        PRIMARY KEY,
    account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    operator_id uuid        NOT NULL,
    centre_oid  bigint      NOT NULL,
    centre      text        NOT NULL,
    token_hash  bytea       NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    ended_at    timestamptz,
    ended_how   text        CHECK (ended_how IN ('done', 'kept')),
    CHECK (operator_id <> account_id),
    CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
COMMENT ON TABLE factor_reset IS 'Second proofs that are taken off an account at its holder''s word in a service centre, after a time in which the holder can say no';
COMMENT ON COLUMN factor_reset.token_hash IS 'Of the link in the notices by which the holder keeps the proofs';
COMMENT ON COLUMN factor_reset.ended_how IS 'done: taken off, codes by SMS in their place; kept: the holder said no';
CREATE UNIQUE INDEX factor_reset_waiting ON factor_reset (account_id) WHERE ended_at IS NULL;
