-- The OpenID provider (idp/oauth).

CREATE TABLE oauth_client (
    id               text        PRIMARY KEY CHECK (id <> ''),
    name             text        NOT NULL CHECK (name <> ''),
    secret_hash      bytea,
    redirect_uris    text[]      NOT NULL CHECK (cardinality(redirect_uris) > 0),
    post_logout_uris text[]      NOT NULL DEFAULT '{}',
    scopes           text[]      NOT NULL CHECK ('openid' = ANY (scopes)),
    skip_consent     boolean     NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE oauth_client IS 'Sites that may ask who somebody is';
COMMENT ON COLUMN oauth_client.secret_hash IS 'SHA-256 of a random secret of 256 bits; NULL is a public client';
COMMENT ON COLUMN oauth_client.skip_consent IS 'A site of the provider''s own: nobody is asked before it gets the data';

CREATE TABLE oauth_key (
    kid        text        PRIMARY KEY,
    algorithm  text        NOT NULL CHECK (algorithm = 'ES256'),
    private    bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    active_at  timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE oauth_key IS 'Signing keys. The newest one past active_at signs; all that are not retired verify and stand in the JWKS';
COMMENT ON COLUMN oauth_key.private IS 'PKCS #8, sealed by secret.Box';
COMMENT ON COLUMN oauth_key.active_at IS 'Later than created_at on rotation, so that clients see a key before it signs';

CREATE TABLE oauth_request (
    id         uuid        PRIMARY KEY,
    client_id  text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    form       text        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
COMMENT ON TABLE oauth_request IS 'Authorization requests that wait for sign-in, a level or consent: a restart in mid-flow loses none';
COMMENT ON COLUMN oauth_request.form IS 'The parameters as the client sent them, URL-encoded';
CREATE INDEX oauth_request_expires_at ON oauth_request (expires_at);

CREATE TABLE oauth_grant (
    kind         text        NOT NULL CHECK (kind IN ('code', 'pkce', 'openid', 'access', 'refresh')),
    signature    bytea       NOT NULL CHECK (length(signature) = 32),
    request_id   uuid        NOT NULL,
    client_id    text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    subject      text        NOT NULL,
    active       boolean     NOT NULL DEFAULT true,
    requested_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    data         jsonb       NOT NULL,
    PRIMARY KEY (kind, signature)
);
COMMENT ON TABLE oauth_grant IS 'What fosite keeps of codes and tokens, one row each';
COMMENT ON COLUMN oauth_grant.signature IS 'SHA-256 of the token''s signature: a reader of the table cannot use any';
COMMENT ON COLUMN oauth_grant.request_id IS 'One consent of a person, and all tokens that grew from it: the family that reuse revokes';
COMMENT ON COLUMN oauth_grant.active IS 'Used codes and rotated tokens stay, inactive: that is how their reuse is noticed';
COMMENT ON COLUMN oauth_grant.data IS 'Scopes, session and the few parameters that later steps need; no personal data';
CREATE INDEX oauth_grant_request_id ON oauth_grant (request_id, kind);
CREATE INDEX oauth_grant_expires_at ON oauth_grant (expires_at);

CREATE TABLE oauth_consent (
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    client_id  text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    scopes     text[]      NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, client_id)
);
COMMENT ON TABLE oauth_consent IS 'What a person lets a site know; asked again only when the site asks for more';
