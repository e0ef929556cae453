-- Clients of both protocols: what they registered, how they prove themselves, requests that they push beforehand.

ALTER TABLE oauth_client
    DROP CONSTRAINT oauth_client_redirect_uris_check,
    DROP CONSTRAINT oauth_client_scopes_check,
    ADD COLUMN protocol          text    NOT NULL DEFAULT 'oidc' CHECK (protocol IN ('oidc', 'esia')),
    ADD COLUMN application_type  text    NOT NULL DEFAULT 'web' CHECK (application_type IN ('web', 'native')),
    ADD COLUMN grant_types       text[]  NOT NULL DEFAULT '{authorization_code,refresh_token}',
    ADD COLUMN response_types    text[]  NOT NULL DEFAULT '{code}',
    ADD COLUMN auth_method       text    NOT NULL DEFAULT 'client_secret_basic'
        CHECK (auth_method IN ('none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt')),
    ADD COLUMN auth_signing_alg  text    NOT NULL DEFAULT '',
    ADD COLUMN jwks              jsonb,
    ADD COLUMN jwks_uri          text    NOT NULL DEFAULT '',
    ADD COLUMN subject_type      text    NOT NULL DEFAULT 'public' CHECK (subject_type IN ('public', 'pairwise')),
    ADD COLUMN sector            text    NOT NULL DEFAULT '',
    ADD COLUMN sector_uri        text    NOT NULL DEFAULT '',
    ADD COLUMN id_token_alg      text    NOT NULL DEFAULT 'ES256',
    ADD COLUMN userinfo_alg      text    NOT NULL DEFAULT '',
    ADD COLUMN request_alg       text    NOT NULL DEFAULT '',
    ADD COLUMN initiate_login_uri text   NOT NULL DEFAULT '',
    ADD COLUMN backchannel_logout_uri      text    NOT NULL DEFAULT '',
    ADD COLUMN backchannel_logout_session  boolean NOT NULL DEFAULT false,
    ADD COLUMN frontchannel_logout_uri     text    NOT NULL DEFAULT '',
    ADD COLUMN frontchannel_logout_session boolean NOT NULL DEFAULT false,
    ADD COLUMN default_max_age   int     CHECK (default_max_age >= 0),
    ADD COLUMN default_acr       text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN require_auth_time boolean NOT NULL DEFAULT false,
    ADD COLUMN require_par       boolean NOT NULL DEFAULT false,
    ADD COLUMN require_jar       boolean NOT NULL DEFAULT false,
    ADD COLUMN require_pkce      boolean NOT NULL DEFAULT true,
    ADD COLUMN dpop_bound        boolean NOT NULL DEFAULT false,
    ADD COLUMN access_token_jwt  boolean NOT NULL DEFAULT false,
    ADD COLUMN about             jsonb   NOT NULL DEFAULT '{}',
    ADD COLUMN registration_hash bytea   CHECK (length(registration_hash) = 32),
    ADD COLUMN changed_at        timestamptz NOT NULL DEFAULT now();
UPDATE oauth_client SET auth_method = 'none' WHERE secret_hash IS NULL;
ALTER TABLE oauth_client
    ADD CONSTRAINT oauth_client_secret CHECK ((secret_hash IS NOT NULL) = (auth_method LIKE 'client_secret%') OR protocol = 'esia'),
    ADD CONSTRAINT oauth_client_keys CHECK (jwks IS NULL OR jwks_uri = ''),
    ADD CONSTRAINT oauth_client_pkce CHECK (require_pkce OR auth_method <> 'none'),
    ADD CONSTRAINT oauth_client_pairwise CHECK (subject_type = 'public' OR sector <> ''),
    ADD CONSTRAINT oauth_client_redirect CHECK (cardinality(redirect_uris) > 0 OR NOT 'authorization_code' = ANY (grant_types));
COMMENT ON TABLE oauth_client IS 'Sites and applications that may ask who somebody is, by either protocol';
COMMENT ON COLUMN oauth_client.id IS 'client_id; the mnemonic of an information system of ESIA';
COMMENT ON COLUMN oauth_client.secret_hash IS 'SHA-256 of a random secret of 256 bits; NULL where there is none';
COMMENT ON COLUMN oauth_client.protocol IS 'How it speaks to us: OpenID Connect, or ESIA, whose details are esia_client';
COMMENT ON COLUMN oauth_client.auth_method IS 'token_endpoint_auth_method: how it proves to be itself';
COMMENT ON COLUMN oauth_client.auth_signing_alg IS 'The one algorithm of its assertions; empty: any that we take';
COMMENT ON COLUMN oauth_client.jwks IS 'Its public keys (RFC 7517), for assertions and request objects';
COMMENT ON COLUMN oauth_client.jwks_uri IS 'Or where they are fetched from';
COMMENT ON COLUMN oauth_client.subject_type IS 'pairwise: people are known to it by numbers of its sector''s own';
COMMENT ON COLUMN oauth_client.sector IS 'Host that names the sector of pairwise subjects';
COMMENT ON COLUMN oauth_client.sector_uri IS 'sector_identifier_uri, whose list named its redirect addresses when it registered';
COMMENT ON COLUMN oauth_client.userinfo_alg IS 'Empty: UserInfo is plain JSON';
COMMENT ON COLUMN oauth_client.request_alg IS 'The one algorithm of its request objects; empty: any that we take';
COMMENT ON COLUMN oauth_client.require_pkce IS 'Off only for a confidential client that cannot do it';
COMMENT ON COLUMN oauth_client.access_token_jwt IS 'Its access tokens are JWTs (RFC 9068)';
COMMENT ON COLUMN oauth_client.about IS 'What people and operators read: client_uri, logo_uri, policy_uri, tos_uri, contacts, software_id, software_version';
COMMENT ON COLUMN oauth_client.registration_hash IS 'SHA-256 of its registration access token (RFC 7592); NULL for clients that an operator made';

CREATE TABLE oauth_registration_token (
    token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
    note       text        NOT NULL,
    uses_left  int         NOT NULL CHECK (uses_left >= 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE oauth_registration_token IS 'Initial access tokens: who holds one may register clients (RFC 7591)';
COMMENT ON COLUMN oauth_registration_token.note IS 'Whom the operator gave it to';

CREATE TABLE oauth_assertion (
    client_id  text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    jti_hash   bytea       NOT NULL CHECK (length(jti_hash) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
COMMENT ON TABLE oauth_assertion IS 'Client assertions (RFC 7523) that were used: each is good once';
CREATE INDEX oauth_assertion_expires_at ON oauth_assertion (expires_at);

ALTER TABLE oauth_request
    ADD COLUMN pushed_hash bytea CHECK (length(pushed_hash) = 32),
    ADD COLUMN opened_at   timestamptz,
    ADD CONSTRAINT oauth_request_opened CHECK (pushed_hash IS NOT NULL OR opened_at IS NULL);
COMMENT ON COLUMN oauth_request.pushed_hash IS 'SHA-256 of the request_uri of a pushed request (RFC 9126)';
COMMENT ON COLUMN oauth_request.opened_at IS 'When a browser first came with the request_uri. It may come again until the request is answered: people reload pages';
CREATE UNIQUE INDEX oauth_request_pushed_hash ON oauth_request (pushed_hash) WHERE pushed_hash IS NOT NULL;

CREATE TABLE oauth_sector_key (
    id      boolean PRIMARY KEY DEFAULT true CHECK (id),
    private bytea   NOT NULL
);
COMMENT ON TABLE oauth_sector_key IS 'The one key of pairwise subjects. It is never rotated: clients would lose their people';
COMMENT ON COLUMN oauth_sector_key.private IS '32 random bytes, sealed by secret.Box';

ALTER TABLE oauth_key
    DROP CONSTRAINT oauth_key_algorithm_check,
    ADD CONSTRAINT oauth_key_algorithm_check CHECK (algorithm IN ('ES256', 'RS256'));
COMMENT ON TABLE oauth_key IS 'Signing keys. Of each algorithm the newest one past active_at signs; all that are not retired verify and stand in the JWKS';
COMMENT ON COLUMN oauth_key.algorithm IS 'ES256 signs unless a client registered for RS256: its first key is made when it is first needed';
