-- The portal's own accounts: a phone with a password, an ESIA account, or both (portal/).
CREATE TABLE account (
    id            uuid        PRIMARY KEY,
    phone         text        CHECK (phone ~ '^\+7[0-9]{10}$'),
    password_hash text,
    last_name     text        NOT NULL DEFAULT '',
    first_name    text        NOT NULL DEFAULT '',
    middle_name   text        NOT NULL DEFAULT '',
    email         text        NOT NULL DEFAULT '',
    lang          text        NOT NULL DEFAULT 'ru' CHECK (lang IN ('ru', 'tt', 'en')),
    esia_sub      text        CHECK (esia_sub <> ''),
    level         text        NOT NULL DEFAULT 'none' CHECK (level IN ('none', 'simplified', 'standard', 'confirmed')),
    profile       bytea,
    snils_blind   bytea,
    own_names     boolean     NOT NULL DEFAULT false,
    epoch         int         NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    consent_at    timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    last_seen_at  timestamptz,
    news_seen_at  timestamptz,
    bound_at      timestamptz,
    CONSTRAINT account_phone_key UNIQUE (phone),
    CONSTRAINT account_esia_sub_key UNIQUE (esia_sub),
    CHECK (phone IS NOT NULL OR esia_sub IS NOT NULL),
    CHECK (password_hash IS NULL OR phone IS NOT NULL),
    CHECK ((esia_sub IS NULL) = (level = 'none')),
    CHECK ((esia_sub IS NULL) = (bound_at IS NULL)),
    CHECK (esia_sub IS NOT NULL OR profile IS NULL)
);
COMMENT ON TABLE account IS 'A cabinet of the portal. Somebody enters it by phone and password, or through ESIA, or both ways';
COMMENT ON COLUMN account.phone IS 'E.164, mobile. NULL when made through ESIA while the phone was another cabinet''s';
COMMENT ON COLUMN account.password_hash IS 'argon2id, PHC string. NULL: entered through ESIA only';
COMMENT ON COLUMN account.last_name IS 'How the portal addresses the person. What ESIA vouches for stands in the profile';
COMMENT ON COLUMN account.esia_sub IS 'The person''s oid at ESIA';
COMMENT ON COLUMN account.level IS 'How well ESIA knew the person at the last sign-in through it; none without a binding';
COMMENT ON COLUMN account.profile IS 'What ESIA told, by the keys of catalog.Question.Prefill: JSON sealed by secret.Box';
COMMENT ON COLUMN account.snils_blind IS 'Keyed hash of the SNILS. It outlives a binding: a cabinet is never bound to a second person';
COMMENT ON COLUMN account.own_names IS 'The person kept the portal''s spelling of the name when binding';
COMMENT ON COLUMN account.epoch IS 'A session begun under a smaller number is over: a new password ends the other sessions';
COMMENT ON COLUMN account.last_seen_at IS 'Last sign-in. NULL: the first password was never used, and registering again sends another';
COMMENT ON COLUMN account.news_seen_at IS 'Last look at the cabinet: what has changed since is marked there';
