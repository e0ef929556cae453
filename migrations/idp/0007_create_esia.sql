-- The ESIA wire layer (idp/esia): what systems registered beyond oauth_client, requests, grants, keys, journal of signatures.

CREATE TABLE esia_client (
    client_id      text        PRIMARY KEY REFERENCES oauth_client ON DELETE CASCADE,
    issuer         text        NOT NULL DEFAULT '' CHECK (length(issuer) <= 200),
    algorithm      text        NOT NULL DEFAULT 'RS256' CHECK (algorithm IN ('RS256', 'GOST3410_2012_256')),
    legacy         boolean     NOT NULL DEFAULT true,
    string_subject boolean     NOT NULL DEFAULT false,
    changed_at     timestamptz NOT NULL
);
COMMENT ON TABLE esia_client IS 'Information systems that speak ESIA''s protocol; the name, addresses and scopes are in oauth_client';
COMMENT ON COLUMN esia_client.issuer IS 'iss of its tokens; empty: the provider''s address with a slash. Some libraries know one issuer only';
COMMENT ON COLUMN esia_client.algorithm IS 'By which key of ours its tokens are signed';
COMMENT ON COLUMN esia_client.legacy IS 'Signatures of another shape or string than the endpoint''s own are taken, too';
COMMENT ON COLUMN esia_client.string_subject IS 'sub of its ID tokens is a string: newer JWT libraries refuse ESIA''s number';

CREATE TABLE esia_certificate (
    client_id   text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    sha256      bytea       NOT NULL CHECK (length(sha256) = 32),
    streebog256 bytea       NOT NULL CHECK (length(streebog256) = 32),
    streebog512 bytea       NOT NULL CHECK (length(streebog512) = 64),
    der         bytea       NOT NULL,
    added_at    timestamptz NOT NULL,
    PRIMARY KEY (client_id, sha256)
);
COMMENT ON TABLE esia_certificate IS 'The only certificates by which a system''s signatures are checked; those inside a message are not believed';
COMMENT ON COLUMN esia_certificate.streebog256 IS 'Hash of the DER, as client_certificate_hash names it; some libraries send another of the three';

CREATE TABLE esia_manager (
    client_id  text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    added_at   timestamptz NOT NULL,
    PRIMARY KEY (client_id, account_id)
);
COMMENT ON TABLE esia_manager IS 'Who may look after a system at /console/tech: certificates, addresses, refused signatures';
CREATE INDEX esia_manager_account_id ON esia_manager (account_id);

CREATE TABLE esia_technologist (
    account_id uuid        PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    added_at   timestamptz NOT NULL
);
COMMENT ON TABLE esia_technologist IS 'Who looks after all systems and decides what each may ask for: the provider''s own people, named by an operator';

CREATE TABLE esia_key (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('RS256', 'GOST3410_2012_256')),
    private     bytea       NOT NULL,
    certificate bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    retired_at  timestamptz
);
COMMENT ON TABLE esia_key IS 'Keys that sign tokens. Systems keep the certificate in a file, so a key is replaced by hand, not by the clock';
COMMENT ON COLUMN esia_key.private IS 'PKCS #8, sealed by secret.Box';
COMMENT ON COLUMN esia_key.certificate IS 'Self-signed, DER: what /public/ gives out';
CREATE UNIQUE INDEX esia_key_active ON esia_key (kind) WHERE retired_at IS NULL;

CREATE TABLE esia_request (
    id         uuid        PRIMARY KEY,
    client_id  text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    form       text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE esia_request IS 'Verified authorization requests that wait for sign-in or consent';
COMMENT ON COLUMN esia_request.form IS 'The parameters as read, URL-encoded, without client_secret';
CREATE INDEX esia_request_expires_at ON esia_request (expires_at);

CREATE TABLE esia_grant (
    id              uuid        PRIMARY KEY,
    client_id       text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    account_id      uuid        REFERENCES account ON DELETE CASCADE,
    session_id      uuid,
    scopes          text[]      NOT NULL,
    offline         boolean     NOT NULL,
    permissions     jsonb,
    code_hash       bytea       CHECK (length(code_hash) = 32),
    code_expires_at timestamptz,
    code_used_at    timestamptz,
    redirect_uri    text        NOT NULL DEFAULT '',
    challenge       text        NOT NULL DEFAULT '',
    nonce           text        NOT NULL DEFAULT '',
    method          text        NOT NULL DEFAULT '' CHECK (method IN ('', 'PWD', 'DS')),
    authenticated_at timestamptz,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
    CHECK (code_hash IS NULL OR account_id IS NOT NULL)
);
COMMENT ON TABLE esia_grant IS 'One answer to a system, and all tokens that grow from it: a family that dies together';
COMMENT ON COLUMN esia_grant.account_id IS 'NULL: the system speaks for itself (client_credentials)';
COMMENT ON COLUMN esia_grant.session_id IS 'The sign-in behind it: ended, it takes the family along. No key: old sessions are deleted';
COMMENT ON COLUMN esia_grant.scopes IS 'As in the access token: fullname?oid=1000000001';
COMMENT ON COLUMN esia_grant.permissions IS 'Consents of the digital profile, as asked';
COMMENT ON COLUMN esia_grant.code_used_at IS 'Set by the one statement that redeems the code';
COMMENT ON COLUMN esia_grant.redirect_uri IS 'Where the code went, without the query';
CREATE UNIQUE INDEX esia_grant_code_hash ON esia_grant (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX esia_grant_session_id ON esia_grant (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX esia_grant_account_id ON esia_grant (account_id, client_id) WHERE account_id IS NOT NULL;
CREATE INDEX esia_grant_expires_at ON esia_grant (expires_at);

CREATE TABLE esia_refresh (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    grant_id   uuid        NOT NULL REFERENCES esia_grant ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE esia_refresh IS 'Refresh tokens. Used ones stay: that is how their reuse is noticed';
CREATE INDEX esia_refresh_grant_id ON esia_refresh (grant_id);

CREATE TABLE esia_agreement (
    account_id  uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    client_id   text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    permissions jsonb       NOT NULL,
    granted_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (account_id, client_id)
);
COMMENT ON TABLE esia_agreement IS 'Consents of the digital profile that a person gave to a system; good while the row of oauth_consent is there, too';

CREATE TABLE esia_seen (
    client_id text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    place     text        NOT NULL CHECK (place IN ('ac', 'te')),
    hash      bytea       NOT NULL CHECK (length(hash) = 32),
    seen_at   timestamptz NOT NULL,
    PRIMARY KEY (client_id, place, hash)
);
COMMENT ON TABLE esia_seen IS 'Signatures seen while their timestamps are good: one taken from an address line must not buy a token';
CREATE INDEX esia_seen_seen_at ON esia_seen (seen_at);

CREATE TABLE esia_signature (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    client_id text        NOT NULL REFERENCES esia_client ON DELETE CASCADE,
    at        timestamptz NOT NULL,
    endpoint  text        NOT NULL,
    accepted  boolean     NOT NULL,
    variant   text        NOT NULL DEFAULT '',
    reason    text        NOT NULL DEFAULT '',
    tried     text[]      NOT NULL DEFAULT '{}',
    expected  text[]      NOT NULL DEFAULT '{}',
    hash_sent text        NOT NULL DEFAULT '',
    hashes    text[]      NOT NULL DEFAULT '{}',
    CHECK (accepted = (reason = ''))
);
COMMENT ON TABLE esia_signature IS 'How each client_secret was judged, for those who look after the system. No personal data; kept for a month';
COMMENT ON COLUMN esia_signature.expected IS 'The strings that should have been signed; codes and refresh tokens stand as <code>';
CREATE INDEX esia_signature_client_id ON esia_signature (client_id, id DESC);
CREATE INDEX esia_signature_at ON esia_signature (at);
