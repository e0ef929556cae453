-- The post, and the bank's word for who its customer is.

CREATE TABLE post_letter (
    id      uuid        PRIMARY KEY,
    name    text        NOT NULL,
    address text        NOT NULL,
    text    text        NOT NULL,
    at      timestamptz NOT NULL
);
COMMENT ON TABLE post_letter IS 'Registered letters that the post has taken; one id once';
CREATE INDEX post_letter_at ON post_letter (at DESC);

CREATE TABLE bank_id_code (
    code_hash    bytea       PRIMARY KEY CHECK (length(code_hash) = 32),
    client_id    text        NOT NULL,
    redirect_uri text        NOT NULL,
    challenge    text        NOT NULL,
    nonce        text        NOT NULL,
    claims       jsonb       NOT NULL,
    expires_at   timestamptz NOT NULL
);
COMMENT ON TABLE bank_id_code IS 'What a customer has allowed the bank to tell; deleted by its use';
