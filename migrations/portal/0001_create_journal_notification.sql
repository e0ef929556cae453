-- The journal of actions (internal/journal) and outgoing messages (internal/notify).

CREATE TABLE journal (
    id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    txid       xid8        NOT NULL DEFAULT pg_current_xact_id(),
    actor      text        NOT NULL CHECK (actor <> ''),
    actor_role text        NOT NULL CHECK (actor_role <> ''),
    action     text        NOT NULL CHECK (action <> ''),
    subject    text        CHECK (subject <> ''),
    purpose    text        NOT NULL DEFAULT '',
    details    jsonb       NOT NULL DEFAULT '{}',
    address    inet
);
COMMENT ON TABLE journal IS 'Who did what, to whose data and for what purpose. Append-only, sealed into journal_block';
COMMENT ON COLUMN journal.txid IS 'The transaction that wrote the row: rows of one action carry one number';
COMMENT ON COLUMN journal.subject IS 'Whose data were touched; NULL when nobody''s. The citizen sees these rows';
CREATE INDEX journal_subject_at ON journal (subject, at DESC) WHERE subject IS NOT NULL;
CREATE INDEX journal_actor_at ON journal (actor, at DESC);

CREATE TABLE journal_pending (
    id bigint PRIMARY KEY
);
COMMENT ON TABLE journal_pending IS
    'Rows not sealed yet. Written by a trigger in the row''s own transaction, so a late commit turns up here, whatever its id';

CREATE TABLE journal_block (
    n         bigint      PRIMARY KEY CHECK (n > 0),
    from_id   bigint      NOT NULL,
    to_id     bigint      NOT NULL CHECK (to_id >= from_id),
    rows      int         NOT NULL CHECK (rows > 0),
    root      bytea       NOT NULL CHECK (length(root) = 32),
    prev_hash bytea       NOT NULL CHECK (length(prev_hash) = 32),
    hash      bytea       NOT NULL CHECK (length(hash) = 32),
    sealed_at timestamptz NOT NULL
);
COMMENT ON TABLE journal_block IS 'The hash chain: root is the RFC 6962 Merkle root of the leaves in order of id';
COMMENT ON COLUMN journal_block.from_id IS 'Least id of the block. Blocks may interleave: membership is journal_leaf.block';

CREATE TABLE journal_leaf (
    id    bigint PRIMARY KEY,
    block bigint NOT NULL REFERENCES journal_block,
    hash  bytea  NOT NULL CHECK (length(hash) = 32)
);
COMMENT ON TABLE journal_leaf IS 'Hash of each sealed row: lets the check name the row that was changed, not only its block';
CREATE INDEX journal_leaf_block_id ON journal_leaf (block, id);

CREATE FUNCTION journal_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO journal_pending (id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER journal_note_pending AFTER INSERT ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_note_pending();

CREATE FUNCTION journal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER journal_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_block
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();
CREATE TRIGGER journal_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change();

CREATE TABLE notification (
    id         uuid        PRIMARY KEY,
    channel    text        NOT NULL CHECK (channel IN ('sms', 'email')),
    kind       text        NOT NULL CHECK (kind <> ''),
    recipient  bytea       NOT NULL,
    subject    bytea,
    body       bytea,
    state      text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed')),
    attempts   int         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error text,
    created_at timestamptz NOT NULL,
    sent_at    timestamptz,
    CHECK (state <> 'sent' OR (sent_at IS NOT NULL AND body IS NULL AND subject IS NULL)),
    CHECK (state <> 'queued' OR body IS NOT NULL)
);
COMMENT ON TABLE notification IS 'SMS and e-mail on their way out. Recipient, subject and body are sealed by secret.Box';
COMMENT ON COLUMN notification.body IS 'Erased once sent: it may hold a one-time code or a citizen''s data';
CREATE INDEX notification_unsent_created_at ON notification (created_at) WHERE state <> 'sent';
