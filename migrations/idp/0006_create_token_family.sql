-- The back channel of the OpenID provider (idp/oauth): families of tokens, device sign-in, notices of logout, proofs of possession.

-- A family can be revoked as a whole, by one row. Codes and tokens of before have no family: nobody but the demo had any.
DELETE FROM oauth_grant;

CREATE TABLE oauth_family (
    id         uuid        PRIMARY KEY,
    client_id  text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    account_id uuid        NOT NULL REFERENCES account ON DELETE CASCADE,
    session_id uuid,
    offline    boolean     NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CHECK (expires_at > created_at)
);
COMMENT ON TABLE oauth_family IS 'One answer to a client''s request, and all tokens that grew from it: they are revoked together';
COMMENT ON COLUMN oauth_family.session_id IS 'Sign-in that it came from. No foreign key: offline access outlives the row of the session';
COMMENT ON COLUMN oauth_family.offline IS 'offline_access was granted: an ordinary logout leaves the tokens (OpenID Connect Back-Channel Logout 1.0, 2.7)';
COMMENT ON COLUMN oauth_family.expires_at IS 'When nothing of it can be used any more';
CREATE INDEX oauth_family_session_id ON oauth_family (session_id) WHERE revoked_at IS NULL;
CREATE INDEX oauth_family_account_id ON oauth_family (account_id, client_id);
CREATE INDEX oauth_family_client_id ON oauth_family (client_id);
CREATE INDEX oauth_family_expires_at ON oauth_family (expires_at);

ALTER TABLE oauth_client
    ADD COLUMN resource_server boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN oauth_client.resource_server IS 'It guards data of its own by our tokens, and so may ask about any token';

ALTER TABLE oauth_grant
    DROP CONSTRAINT oauth_grant_kind_check,
    ADD CONSTRAINT oauth_grant_kind_check CHECK (kind IN ('code', 'access', 'refresh')),
    ALTER COLUMN request_id DROP NOT NULL,
    ADD CONSTRAINT oauth_grant_request_id_fkey FOREIGN KEY (request_id) REFERENCES oauth_family ON DELETE CASCADE,
    ADD COLUMN used_at timestamptz,
    ADD COLUMN answer bytea,
    ADD CHECK (kind = 'access' OR request_id IS NOT NULL),
    ADD CHECK (answer IS NULL OR used_at IS NOT NULL);
COMMENT ON COLUMN oauth_grant.request_id IS 'The family; NULL for a token that a client got in its own name';
COMMENT ON COLUMN oauth_grant.used_at IS 'When a code was redeemed or a refresh token rotated';
COMMENT ON COLUMN oauth_grant.answer IS 'What a rotated refresh token brought, sealed by that token itself: a client that lost the answer gets it again for a moment';
DROP INDEX oauth_grant_expires_at;
CREATE INDEX oauth_grant_token_expires_at ON oauth_grant (expires_at) WHERE kind <> 'code';
CREATE INDEX oauth_grant_answer_used_at ON oauth_grant (used_at) WHERE answer IS NOT NULL;
CREATE INDEX oauth_grant_client_id ON oauth_grant (client_id);

CREATE INDEX oauth_request_client_id ON oauth_request (client_id);

CREATE TABLE oauth_visit (
    session_id uuid        NOT NULL REFERENCES session ON DELETE CASCADE,
    client_id  text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    subject    text        NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (session_id, client_id)
);
COMMENT ON TABLE oauth_visit IS 'Clients that took part in a session: they are told when it ends';
COMMENT ON COLUMN oauth_visit.subject IS 'The person as this client knows them';
CREATE INDEX oauth_visit_client_id ON oauth_visit (client_id);

CREATE TABLE oauth_logout_notice (
    id           uuid        PRIMARY KEY,
    client_id    text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    session_id   uuid        NOT NULL,
    subject      text        NOT NULL,
    attempts     integer     NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error   text,
    created_at   timestamptz NOT NULL,
    tried_at     timestamptz,
    delivered_at timestamptz
);
COMMENT ON TABLE oauth_logout_notice IS 'Back-channel logouts: what was sent to whom, how often, and with what success';
COMMENT ON COLUMN oauth_logout_notice.last_error IS 'Of the last attempt; NULL after a success';
CREATE INDEX oauth_logout_notice_created_at ON oauth_logout_notice (created_at);
CREATE INDEX oauth_logout_notice_client_id ON oauth_logout_notice (client_id, created_at DESC);

CREATE TABLE oauth_device (
    device_hash bytea       PRIMARY KEY CHECK (length(device_hash) = 32),
    user_hash   bytea       NOT NULL CHECK (length(user_hash) = 32),
    family_id   uuid        NOT NULL,
    client_id   text        NOT NULL REFERENCES oauth_client ON DELETE CASCADE,
    scopes      text[]      NOT NULL,
    state       text        NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'allowed', 'refused', 'used')),
    pause       integer     NOT NULL CHECK (pause BETWEEN 1 AND 600),
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    polled_at   timestamptz,
    account_id  uuid        REFERENCES account ON DELETE CASCADE,
    session_id  uuid,
    data        jsonb,
    CHECK (state NOT IN ('allowed', 'used') OR (account_id IS NOT NULL AND data IS NOT NULL))
);
COMMENT ON TABLE oauth_device IS 'Devices without a keyboard that wait until a person allows them on a phone (RFC 8628)';
COMMENT ON COLUMN oauth_device.device_hash IS 'SHA-256 of the code that the device keeps';
COMMENT ON COLUMN oauth_device.user_hash IS 'Keyed hash of the code that the person types: it is short, so a plain one would be guessed';
COMMENT ON COLUMN oauth_device.pause IS 'Least seconds between two questions of the device; grows when it hurries';
COMMENT ON COLUMN oauth_device.data IS 'What the tokens will say; no personal data';
CREATE UNIQUE INDEX oauth_device_user_hash ON oauth_device (user_hash);
CREATE UNIQUE INDEX oauth_device_family_id ON oauth_device (family_id);
CREATE INDEX oauth_device_expires_at ON oauth_device (expires_at);
CREATE INDEX oauth_device_client_id ON oauth_device (client_id);
CREATE INDEX oauth_device_account_id ON oauth_device (account_id);

CREATE TABLE oauth_proof (
    hash       bytea       PRIMARY KEY CHECK (length(hash) = 32),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE oauth_proof IS 'Proofs of possession that were used (DPoP, RFC 9449): each is good once';
COMMENT ON COLUMN oauth_proof.hash IS 'SHA-256 of the key''s thumbprint and the proof''s jti';
CREATE INDEX oauth_proof_expires_at ON oauth_proof (expires_at);
