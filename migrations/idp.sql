-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.

CREATE OR REPLACE FUNCTION public.journal_note_pending()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO journal_pending (id) VALUES (NEW.id);
    RETURN NULL;
END $function$


CREATE OR REPLACE FUNCTION public.journal_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$


TABLE account -- A person who can sign in
    id uuid NOT NULL
    oid bigint NOT NULL DEFAULT nextval('account_oid_seq'::regclass) -- The number by which clients know the person: sub of OpenID Connect, oid of ESIA
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL DEFAULT ''::text
    phone text NOT NULL
    email text NOT NULL -- Whoever registers may type any address: it signs in and is unique only once confirmed
    email_confirmed_at timestamp with time zone
    password text NOT NULL -- Argon2id in PHC form
    level text NOT NULL DEFAULT 'simplified'::text
    level_at timestamp with time zone NOT NULL
    snils_key bytea -- Keyed hash (secret.Box.Blind) of the checked СНИЛС: sign-in, and one account per СНИЛС
    created_at timestamp with time zone NOT NULL
    account_email_check CHECK (((email <> ''::text) AND (email = lower(email))))
    account_first_name_check CHECK ((first_name <> ''::text))
    account_last_name_check CHECK ((last_name <> ''::text))
    account_level_check CHECK ((level = ANY (ARRAY['simplified'::text, 'standard'::text, 'confirmed'::text])))
    account_level_needs_snils CHECK (((level = 'simplified'::text) OR (snils_key IS NOT NULL)))
    account_password_check CHECK ((password <> ''::text))
    account_phone_check CHECK ((phone ~ '^\+7\d{10}$'::text))
    account_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX account_email ON public.account USING btree (email) WHERE (email_confirmed_at IS NOT NULL)
    CREATE UNIQUE INDEX account_oid ON public.account USING btree (oid)
    CREATE UNIQUE INDEX account_phone ON public.account USING btree (phone)
    CREATE UNIQUE INDEX account_snils_key ON public.account USING btree (snils_key) WHERE (snils_key IS NOT NULL)

TABLE email_confirmation -- Links sent to confirm an address; good for the address they were sent to, once
    token_hash bytea NOT NULL
    account_id uuid NOT NULL
    email text NOT NULL
    expires_at timestamp with time zone NOT NULL
    email_confirmation_token_hash_check CHECK ((length(token_hash) = 32))
    email_confirmation_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    email_confirmation_pkey PRIMARY KEY (token_hash)
    CREATE INDEX email_confirmation_account_id ON public.email_confirmation USING btree (account_id)

TABLE identity -- Personal data as last sent to the checks, and how that ended
    account_id uuid NOT NULL
    round integer NOT NULL DEFAULT 0 -- How many times the data were sent: results of an earlier round no longer count
    state text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL DEFAULT ''::text
    sex text NOT NULL
    birth_date date NOT NULL
    birth_place text NOT NULL
    citizenship text NOT NULL
    snils bytea NOT NULL -- Sealed by secret.Box
    snils_key bytea NOT NULL -- Keyed hash. Not unique here: a claim is not yet a proof
    document bytea NOT NULL -- JSON of the identity document, sealed by secret.Box
    request_id uuid
    submitted_at timestamp with time zone NOT NULL
    decided_at timestamp with time zone
    identity_birth_place_check CHECK ((birth_place <> ''::text))
    identity_check CHECK (((state = 'checking'::text) = (decided_at IS NULL)))
    identity_citizenship_check CHECK ((citizenship ~ '^[A-Z]{3}$'::text))
    identity_first_name_check CHECK ((first_name <> ''::text))
    identity_last_name_check CHECK ((last_name <> ''::text))
    identity_round_check CHECK ((round >= 0))
    identity_sex_check CHECK ((sex = ANY (ARRAY['M'::text, 'F'::text])))
    identity_state_check CHECK ((state = ANY (ARRAY['checking'::text, 'passed'::text, 'failed'::text])))
    identity_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    identity_pkey PRIMARY KEY (account_id)

TABLE identity_check -- One question to one register about one round of personal data
    id uuid NOT NULL
    account_id uuid NOT NULL
    round integer NOT NULL
    register text NOT NULL
    state text NOT NULL DEFAULT 'waiting'::text
    reason text NOT NULL DEFAULT ''::text -- Why it failed: not_found, name, birth_date, sex, document, taken
    attempts integer NOT NULL DEFAULT 0
    last_error text NOT NULL DEFAULT ''::text -- Why the register could not be asked; the job tries again
    created_at timestamp with time zone NOT NULL
    checked_at timestamp with time zone
    identity_check_attempts_check CHECK ((attempts >= 0))
    identity_check_check CHECK (((state = 'waiting'::text) = (checked_at IS NULL)))
    identity_check_check1 CHECK (((state <> 'failed'::text) OR (reason <> ''::text)))
    identity_check_register_check CHECK ((register = ANY (ARRAY['pension'::text, 'interior'::text])))
    identity_check_round_check CHECK ((round > 0))
    identity_check_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'passed'::text, 'failed'::text])))
    identity_check_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    identity_check_pkey PRIMARY KEY (id)
    identity_check_account_id_round_register_key UNIQUE (account_id, round, register)

TABLE journal -- Who did what, to whose data and for what purpose. Append-only, sealed into journal_block
    id bigint NOT NULL IDENTITY
    at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    txid xid8 NOT NULL DEFAULT pg_current_xact_id() -- The transaction that wrote the row: rows of one action carry one number
    actor text NOT NULL
    actor_role text NOT NULL
    action text NOT NULL
    subject text -- Whose data were touched; NULL when nobody's. The citizen sees these rows
    purpose text NOT NULL DEFAULT ''::text
    details jsonb NOT NULL DEFAULT '{}'::jsonb
    address inet
    journal_action_check CHECK ((action <> ''::text))
    journal_actor_check CHECK ((actor <> ''::text))
    journal_actor_role_check CHECK ((actor_role <> ''::text))
    journal_subject_check CHECK ((subject <> ''::text))
    journal_pkey PRIMARY KEY (id)
    CREATE INDEX journal_actor_at ON public.journal USING btree (actor, at DESC)
    CREATE INDEX journal_subject_at ON public.journal USING btree (subject, at DESC) WHERE (subject IS NOT NULL)

TABLE journal_block -- The hash chain: root is the RFC 6962 Merkle root of the leaves in order of id
    n bigint NOT NULL
    from_id bigint NOT NULL -- Least id of the block. Blocks may interleave: membership is journal_leaf.block
    to_id bigint NOT NULL
    rows integer NOT NULL
    root bytea NOT NULL
    prev_hash bytea NOT NULL
    hash bytea NOT NULL
    sealed_at timestamp with time zone NOT NULL
    journal_block_check CHECK ((to_id >= from_id))
    journal_block_hash_check CHECK ((length(hash) = 32))
    journal_block_n_check CHECK ((n > 0))
    journal_block_prev_hash_check CHECK ((length(prev_hash) = 32))
    journal_block_root_check CHECK ((length(root) = 32))
    journal_block_rows_check CHECK ((rows > 0))
    journal_block_pkey PRIMARY KEY (n)

TABLE journal_leaf -- Hash of each sealed row: lets the check name the row that was changed, not only its block
    id bigint NOT NULL
    block bigint NOT NULL
    hash bytea NOT NULL
    journal_leaf_hash_check CHECK ((length(hash) = 32))
    journal_leaf_block_fkey FOREIGN KEY (block) REFERENCES journal_block(n)
    journal_leaf_pkey PRIMARY KEY (id)
    CREATE INDEX journal_leaf_block_id ON public.journal_leaf USING btree (block, id)

TABLE journal_pending -- Rows not sealed yet. Written by a trigger in the row's own transaction, so a late commit turns up here, whatever its id
    id bigint NOT NULL
    journal_pending_pkey PRIMARY KEY (id)

TABLE notification -- SMS and e-mail on their way out. Recipient, subject and body are sealed by secret.Box
    id uuid NOT NULL
    channel text NOT NULL
    kind text NOT NULL
    recipient bytea NOT NULL
    subject bytea
    body bytea -- Erased once sent: it may hold a one-time code or a citizen's data
    state text NOT NULL DEFAULT 'queued'::text
    attempts integer NOT NULL DEFAULT 0
    last_error text
    created_at timestamp with time zone NOT NULL
    sent_at timestamp with time zone
    notification_attempts_check CHECK ((attempts >= 0))
    notification_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
    notification_check CHECK (((state <> 'sent'::text) OR ((sent_at IS NOT NULL) AND (body IS NULL) AND (subject IS NULL))))
    notification_check1 CHECK (((state <> 'queued'::text) OR (body IS NOT NULL)))
    notification_kind_check CHECK ((kind <> ''::text))
    notification_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])))
    notification_pkey PRIMARY KEY (id)
    CREATE INDEX notification_unsent_created_at ON public.notification USING btree (created_at) WHERE (state <> 'sent'::text)

TABLE oauth_client -- Sites that may ask who somebody is
    id text NOT NULL
    name text NOT NULL
    secret_hash bytea -- SHA-256 of a random secret of 256 bits; NULL is a public client
    redirect_uris text[] NOT NULL
    post_logout_uris text[] NOT NULL DEFAULT '{}'::text[]
    scopes text[] NOT NULL
    skip_consent boolean NOT NULL DEFAULT false -- A site of the provider's own: nobody is asked before it gets the data
    created_at timestamp with time zone NOT NULL DEFAULT now()
    oauth_client_id_check CHECK ((id <> ''::text))
    oauth_client_name_check CHECK ((name <> ''::text))
    oauth_client_redirect_uris_check CHECK ((cardinality(redirect_uris) > 0))
    oauth_client_scopes_check CHECK (('openid'::text = ANY (scopes)))
    oauth_client_pkey PRIMARY KEY (id)

TABLE oauth_consent -- What a person lets a site know; asked again only when the site asks for more
    account_id uuid NOT NULL
    client_id text NOT NULL
    scopes text[] NOT NULL
    granted_at timestamp with time zone NOT NULL
    oauth_consent_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    oauth_consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_consent_pkey PRIMARY KEY (account_id, client_id)

TABLE oauth_grant -- What fosite keeps of codes and tokens, one row each
    kind text NOT NULL
    signature bytea NOT NULL -- SHA-256 of the token's signature: a reader of the table cannot use any
    request_id uuid NOT NULL -- One consent of a person, and all tokens that grew from it: the family that reuse revokes
    client_id text NOT NULL
    subject text NOT NULL
    active boolean NOT NULL DEFAULT true -- Used codes and rotated tokens stay, inactive: that is how their reuse is noticed
    requested_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    data jsonb NOT NULL -- Scopes, session and the few parameters that later steps need; no personal data
    oauth_grant_kind_check CHECK ((kind = ANY (ARRAY['code'::text, 'pkce'::text, 'openid'::text, 'access'::text, 'refresh'::text])))
    oauth_grant_signature_check CHECK ((length(signature) = 32))
    oauth_grant_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_grant_pkey PRIMARY KEY (kind, signature)
    CREATE INDEX oauth_grant_expires_at ON public.oauth_grant USING btree (expires_at)
    CREATE INDEX oauth_grant_request_id ON public.oauth_grant USING btree (request_id, kind)

TABLE oauth_key -- Signing keys. The newest one past active_at signs; all that are not retired verify and stand in the JWKS
    kid text NOT NULL
    algorithm text NOT NULL
    private bytea NOT NULL -- PKCS #8, sealed by secret.Box
    created_at timestamp with time zone NOT NULL
    active_at timestamp with time zone NOT NULL -- Later than created_at on rotation, so that clients see a key before it signs
    retired_at timestamp with time zone
    oauth_key_algorithm_check CHECK ((algorithm = 'ES256'::text))
    oauth_key_pkey PRIMARY KEY (kid)

TABLE oauth_request -- Authorization requests that wait for sign-in, a level or consent: a restart in mid-flow loses none
    id uuid NOT NULL
    client_id text NOT NULL
    form text NOT NULL -- The parameters as the client sent them, URL-encoded
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    oauth_request_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_request_pkey PRIMARY KEY (id)
    CREATE INDEX oauth_request_expires_at ON public.oauth_request USING btree (expires_at)

TABLE registration -- A registration under way: a restart between its pages loses nothing. Deleted with the account's birth or by age
    token_hash bytea NOT NULL -- SHA-256 of the cookie that holds the pages together
    account_id uuid NOT NULL -- The id that the account will get: sending the last form twice makes one account
    last_name text NOT NULL
    first_name text NOT NULL
    phone text NOT NULL
    email text NOT NULL
    code_hash bytea -- Of the SMS code; NULL when the phone already has an account: then no code fits, and only the SMS tells
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone NOT NULL
    verified_at timestamp with time zone
    request_id uuid -- The sign-in request of a client to go on with afterwards
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    registration_attempts_check CHECK ((attempts >= 0))
    registration_token_hash_check CHECK ((length(token_hash) = 32))
    registration_pkey PRIMARY KEY (token_hash)
    CREATE INDEX registration_expires_at ON public.registration USING btree (expires_at)

TABLE schema_migrations
    version integer NOT NULL
    name text NOT NULL
    sha256 text NOT NULL
    applied_at timestamp with time zone NOT NULL DEFAULT now()
    schema_migrations_pkey PRIMARY KEY (version)

CREATE TRIGGER journal_note_pending AFTER INSERT ON public.journal FOR EACH ROW EXECUTE FUNCTION journal_note_pending()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_block FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_leaf FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()
