-- Sign-ins of people at browsers (idp/account).

CREATE TABLE session (
    id               uuid        PRIMARY KEY,
    account_id       uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    token_hash       bytea       NOT NULL CHECK (length(token_hash) = 32),
    methods          text[]      NOT NULL CHECK (cardinality(methods) > 0),
    started_at       timestamptz NOT NULL,
    authenticated_at timestamptz NOT NULL,
    seen_at          timestamptz NOT NULL,
    ends_at          timestamptz NOT NULL,
    ended_at         timestamptz,
    device           text        NOT NULL DEFAULT '' CHECK (length(device) <= 400),
    address          inet,
    acting_oid       bigint,
    CHECK (authenticated_at >= started_at),
    CHECK (ends_at > started_at)
);
COMMENT ON TABLE session IS 'A person signed in at one browser. The row is the truth: a lost Redis signs nobody out';
COMMENT ON COLUMN session.id IS 'sid towards clients; says nothing about the cookie';
COMMENT ON COLUMN session.token_hash IS 'SHA-256 of the cookie: a reader of the table cannot take the session over';
COMMENT ON COLUMN session.methods IS 'How the person proved to be the one: values of RFC 8176 (pwd, sms, otp, hwk…), and DS for an e-signature';
COMMENT ON COLUMN session.authenticated_at IS 'Last proof: auth_time towards clients. Later than started_at after a step-up';
COMMENT ON COLUMN session.seen_at IS 'Last use, to the minute; idle sessions end by it';
COMMENT ON COLUMN session.ends_at IS 'The end, however busy the session is';
COMMENT ON COLUMN session.ended_at IS 'Signed out, here or from elsewhere';
COMMENT ON COLUMN session.device IS 'User-Agent as sent, shortened';
COMMENT ON COLUMN session.acting_oid IS 'Organisation in whose name the person acts; NULL is for oneself';
CREATE UNIQUE INDEX session_token_hash ON session (token_hash);
CREATE INDEX session_account_id ON session (account_id, started_at DESC);
CREATE INDEX session_ends_at ON session (ends_at);
