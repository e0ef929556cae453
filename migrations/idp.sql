-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.

CREATE OR REPLACE FUNCTION public.account_level_has_ground()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    held text;
BEGIN
    SELECT level INTO held FROM account WHERE id = NEW.id;
    IF held IS NULL OR held = 'simplified' AND NOT EXISTS (SELECT 1 FROM level_change WHERE account_id = NEW.id) THEN
        RETURN NULL;
    END IF;
    IF held IS DISTINCT FROM (SELECT to_level FROM level_change WHERE account_id = NEW.id ORDER BY id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'level % of account % is not what level_change says', held, NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM identity WHERE account_id = NEW.id AND state = 'passed') THEN
        RAISE EXCEPTION 'level % of account % without checked personal data', held, NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $function$


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


CREATE OR REPLACE FUNCTION public.level_change_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'level_change tells what happened: UPDATE refused' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.from_level <> coalesce((SELECT to_level FROM level_change WHERE account_id = NEW.account_id ORDER BY id DESC LIMIT 1), 'simplified') THEN
        RAISE EXCEPTION 'account % is not at level %', NEW.account_id, NEW.from_level USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$


CREATE OR REPLACE FUNCTION public.organisation_state_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM organisation_state WHERE code = NEW.state AND OLD.state = ANY (after)) THEN
        RAISE EXCEPTION 'organisation % cannot go from % to %', OLD.oid, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
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
    language text NOT NULL DEFAULT 'ru'::text -- Of messages: the one in which the person last used the pages
    blocked_at timestamp with time zone -- Nobody signs in since then
    blocked_by text -- self is lifted by recovery, office only by the office
    block_reason text NOT NULL DEFAULT ''::text
    delete_at timestamp with time zone -- The person asked for deletion; a sign-in before then takes it back
    account_block_is_whole CHECK (((blocked_at IS NULL) = (blocked_by IS NULL)))
    account_blocked_by_check CHECK ((blocked_by = ANY (ARRAY['self'::text, 'office'::text])))
    account_email_check CHECK (((email <> ''::text) AND (email = lower(email))))
    account_first_name_check CHECK ((first_name <> ''::text))
    account_language_check CHECK ((language = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    account_last_name_check CHECK ((last_name <> ''::text))
    account_level_check CHECK ((level = ANY (ARRAY['simplified'::text, 'standard'::text, 'confirmed'::text])))
    account_level_needs_snils CHECK (((level = 'simplified'::text) OR (snils_key IS NOT NULL)))
    account_password_check CHECK ((password <> ''::text))
    account_phone_check CHECK ((phone ~ '^\+7\d{10}$'::text))
    account_pkey PRIMARY KEY (id)
    account_level_has_ground TRIGGER DEFERRABLE INITIALLY DEFERRED
    CREATE INDEX account_delete_at ON public.account USING btree (delete_at) WHERE (delete_at IS NOT NULL)
    CREATE UNIQUE INDEX account_email ON public.account USING btree (email) WHERE (email_confirmed_at IS NOT NULL)
    CREATE UNIQUE INDEX account_oid ON public.account USING btree (oid)
    CREATE UNIQUE INDEX account_phone ON public.account USING btree (phone)
    CREATE UNIQUE INDEX account_snils_key ON public.account USING btree (snils_key) WHERE (snils_key IS NOT NULL)

TABLE browser_notice -- Links «Это не я» in messages about a new browser; each ends the session it tells of, once
    token_hash bytea NOT NULL
    account_id uuid NOT NULL
    session_id uuid NOT NULL
    browser_hash bytea NOT NULL
    expires_at timestamp with time zone NOT NULL
    browser_notice_browser_hash_check CHECK ((length(browser_hash) = 32))
    browser_notice_token_hash_check CHECK ((length(token_hash) = 32))
    browser_notice_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    browser_notice_pkey PRIMARY KEY (token_hash)
    CREATE INDEX browser_notice_expires_at ON public.browser_notice USING btree (expires_at)

TABLE child -- A child under fourteen whose account the parents keep. When the child takes it over, the row becomes one of account with the same id and oid
    id uuid NOT NULL
    oid bigint NOT NULL DEFAULT nextval('account_oid_seq'::regclass)
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL DEFAULT ''::text
    sex text NOT NULL
    birth_date date NOT NULL
    citizenship text NOT NULL DEFAULT 'RUS'::text
    snils bytea -- Sealed by secret.Box; NULL: not given
    certificate_key bytea NOT NULL -- Keyed hash of the birth certificate: two parents who add the same child keep one
    verified_at timestamp with time zone -- When the register of births first confirmed a parent
    created_at timestamp with time zone NOT NULL
    child_citizenship_check CHECK ((citizenship ~ '^[A-Z]{3}$'::text))
    child_first_name_check CHECK ((first_name <> ''::text))
    child_last_name_check CHECK ((last_name <> ''::text))
    child_sex_check CHECK ((sex = ANY (ARRAY['M'::text, 'F'::text])))
    child_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX child_certificate ON public.child USING btree (certificate_key) WHERE (verified_at IS NOT NULL)
    CREATE UNIQUE INDEX child_oid ON public.child USING btree (oid)

TABLE child_invitation -- A link for the second parent, or for the child who takes the account over; good once
    token_hash bytea NOT NULL
    child_id uuid NOT NULL
    made_by uuid NOT NULL
    purpose text NOT NULL
    expires_at timestamp with time zone NOT NULL
    created_at timestamp with time zone NOT NULL
    child_invitation_purpose_check CHECK ((purpose = ANY (ARRAY['parent'::text, 'child'::text])))
    child_invitation_token_hash_check CHECK ((length(token_hash) = 32))
    child_invitation_child_id_fkey FOREIGN KEY (child_id) REFERENCES child(id) ON DELETE CASCADE
    child_invitation_made_by_fkey FOREIGN KEY (made_by) REFERENCES account(id) ON DELETE CASCADE
    child_invitation_pkey PRIMARY KEY (token_hash)
    CREATE INDEX child_invitation_made_by ON public.child_invitation USING btree (made_by)
    CREATE UNIQUE INDEX child_invitation_purpose ON public.child_invitation USING btree (child_id, purpose)

TABLE child_parent -- Who keeps a child's account, and the latest question to the register of births about it
    child_id uuid NOT NULL
    parent_id uuid NOT NULL
    verified_at timestamp with time zone -- When the register first confirmed this parent. Until then the parent sees only what they entered themselves
    draft bytea -- What the parent entered and the register has not confirmed yet, JSON sealed by secret.Box; what is in force is in child
    state text NOT NULL DEFAULT 'checking'::text
    round integer NOT NULL DEFAULT 1
    reason text NOT NULL DEFAULT ''::text -- Why the register of births refused: not_found, name, birth_date, sex, parent, taken, away
    attempts integer NOT NULL DEFAULT 0
    last_error text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    checked_at timestamp with time zone
    child_parent_attempts_check CHECK ((attempts >= 0))
    child_parent_check CHECK (((state = 'checking'::text) = (checked_at IS NULL)))
    child_parent_check1 CHECK (((state <> 'refused'::text) OR (reason <> ''::text)))
    child_parent_round_check CHECK ((round > 0))
    child_parent_state_check CHECK ((state = ANY (ARRAY['checking'::text, 'verified'::text, 'refused'::text])))
    child_parent_child_id_fkey FOREIGN KEY (child_id) REFERENCES child(id) ON DELETE CASCADE
    child_parent_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES account(id) ON DELETE CASCADE
    child_parent_pkey PRIMARY KEY (child_id, parent_id)
    CREATE INDEX child_parent_parent_id ON public.child_parent USING btree (parent_id)

TABLE confirm_bank -- Questions to the bank who a person is. Each is answered once, at the browser and sign-in that asked
    id uuid NOT NULL
    account_id uuid NOT NULL
    session_id uuid NOT NULL
    state_hash bytea NOT NULL -- SHA-256 of the state that travels through the browser
    nonce text NOT NULL
    verifier bytea NOT NULL -- Of PKCE, sealed by secret.Box
    request_id uuid -- The sign-in of a client that waits for the level
    result text NOT NULL DEFAULT 'asked'::text
    reason text NOT NULL DEFAULT ''::text -- Why refused: cancelled, answer, name, birth_date, snils, document
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    answered_at timestamp with time zone
    confirm_bank_check CHECK (((result = 'asked'::text) = (answered_at IS NULL)))
    confirm_bank_check1 CHECK (((result <> 'refused'::text) OR (reason <> ''::text)))
    confirm_bank_result_check CHECK ((result = ANY (ARRAY['asked'::text, 'used'::text, 'confirmed'::text, 'refused'::text])))
    confirm_bank_state_hash_check CHECK ((length(state_hash) = 32))
    confirm_bank_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    confirm_bank_pkey PRIMARY KEY (id)
    confirm_bank_id_account_id_key UNIQUE (id, account_id)
    confirm_bank_state_hash_key UNIQUE (state_hash)
    CREATE INDEX confirm_bank_account_id ON public.confirm_bank USING btree (account_id)
    CREATE INDEX confirm_bank_expires_at ON public.confirm_bank USING btree (expires_at)

TABLE confirm_letter -- Registered letters with a code that confirms who lives at an address
    id uuid NOT NULL
    account_id uuid NOT NULL
    address bytea NOT NULL -- Where it goes, sealed by secret.Box
    code bytea -- Sealed; erased when the post has the letter
    code_hash bytea NOT NULL -- Keyed hash
    state text NOT NULL DEFAULT 'queued'::text
    attempts integer NOT NULL DEFAULT 0 -- Wrong codes typed
    sendings integer NOT NULL DEFAULT 0 -- Attempts to hand it to the post that failed, last_error says why
    last_error text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    sent_at timestamp with time zone
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    confirm_letter_attempts_check CHECK ((attempts >= 0))
    confirm_letter_check CHECK (((state <> 'queued'::text) OR (code IS NOT NULL)))
    confirm_letter_check1 CHECK (((state = 'used'::text) = (used_at IS NOT NULL)))
    confirm_letter_code_hash_check CHECK ((length(code_hash) = 32))
    confirm_letter_sendings_check CHECK ((sendings >= 0))
    confirm_letter_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'sent'::text, 'used'::text, 'void'::text])))
    confirm_letter_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    confirm_letter_pkey PRIMARY KEY (id)
    confirm_letter_id_account_id_key UNIQUE (id, account_id)
    CREATE INDEX confirm_letter_account_id ON public.confirm_letter USING btree (account_id, created_at DESC)
    CREATE UNIQUE INDEX confirm_letter_outstanding ON public.confirm_letter USING btree (account_id) WHERE (state = ANY (ARRAY['queued'::text, 'sent'::text]))

TABLE confirm_pending -- Whose passport an operator has held before the registers answered: confirmed when that round of data passes
    account_id uuid NOT NULL
    round integer NOT NULL
    operator_id uuid NOT NULL
    centre_oid bigint NOT NULL
    created_at timestamp with time zone NOT NULL
    confirm_pending_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    confirm_pending_pkey PRIMARY KEY (account_id)

TABLE confirm_text -- Texts given to be signed by a qualified signature; each is good once
    id uuid NOT NULL
    account_id uuid NOT NULL
    text text NOT NULL
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    confirm_text_text_check CHECK ((text <> ''::text))
    confirm_text_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    confirm_text_pkey PRIMARY KEY (id)
    CREATE INDEX confirm_text_account_id ON public.confirm_text USING btree (account_id)
    CREATE INDEX confirm_text_expires_at ON public.confirm_text USING btree (expires_at)

TABLE contact_change -- A phone or address on its way to an account: both sides prove themselves by a code
    id uuid NOT NULL
    account_id uuid NOT NULL
    kind text NOT NULL
    value text NOT NULL
    proof text NOT NULL -- Where the owner's own code went; none when no address of the owner was ever confirmed
    proof_hash bytea
    value_hash bytea -- Keyed hash of the code sent to the new value; NULL when that is another account's: no code fits
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    contact_change_attempts_check CHECK ((attempts >= 0))
    contact_change_check CHECK (((proof = 'none'::text) = (proof_hash IS NULL)))
    contact_change_kind_check CHECK ((kind = ANY (ARRAY['phone'::text, 'email'::text])))
    contact_change_proof_check CHECK ((proof = ANY (ARRAY['phone'::text, 'email'::text, 'none'::text])))
    contact_change_value_check CHECK ((value <> ''::text))
    contact_change_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    contact_change_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX contact_change_account_kind ON public.contact_change USING btree (account_id, kind)
    CREATE INDEX contact_change_expires_at ON public.contact_change USING btree (expires_at)

TABLE contact_past -- Phones and addresses that an account had: held for a time, and put back by the link in the notice
    token_hash bytea NOT NULL -- SHA-256 of the link
    account_id uuid NOT NULL
    kind text NOT NULL
    value text NOT NULL
    confirmed_at timestamp with time zone -- Of an address: whether it was confirmed
    replaced_at timestamp with time zone NOT NULL
    held_until timestamp with time zone NOT NULL
    contact_past_kind_check CHECK ((kind = ANY (ARRAY['phone'::text, 'email'::text])))
    contact_past_token_hash_check CHECK ((length(token_hash) = 32))
    contact_past_value_check CHECK ((value <> ''::text))
    contact_past_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    contact_past_pkey PRIMARY KEY (token_hash)
    CREATE INDEX contact_past_account_id ON public.contact_past USING btree (account_id, kind, replaced_at)
    CREATE INDEX contact_past_held_until ON public.contact_past USING btree (held_until)
    CREATE INDEX contact_past_kind_value ON public.contact_past USING btree (kind, value)

TABLE email_confirmation -- Links sent to confirm an address; good for the address they were sent to, once
    token_hash bytea NOT NULL
    account_id uuid NOT NULL
    email text NOT NULL
    expires_at timestamp with time zone NOT NULL
    email_confirmation_token_hash_check CHECK ((length(token_hash) = 32))
    email_confirmation_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    email_confirmation_pkey PRIMARY KEY (token_hash)
    CREATE INDEX email_confirmation_account_id ON public.email_confirmation USING btree (account_id)

TABLE esia_agreement -- Consents of the digital profile that a person gave to a system; good while the row of oauth_consent is there, too
    account_id uuid NOT NULL
    client_id text NOT NULL
    permissions jsonb NOT NULL
    granted_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    esia_agreement_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    esia_agreement_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_agreement_pkey PRIMARY KEY (account_id, client_id)

TABLE esia_certificate -- The only certificates by which a system's signatures are checked; those inside a message are not believed
    client_id text NOT NULL
    sha256 bytea NOT NULL
    streebog256 bytea NOT NULL -- Hash of the DER, as client_certificate_hash names it; some libraries send another of the three
    streebog512 bytea NOT NULL
    der bytea NOT NULL
    added_at timestamp with time zone NOT NULL
    esia_certificate_sha256_check CHECK ((length(sha256) = 32))
    esia_certificate_streebog256_check CHECK ((length(streebog256) = 32))
    esia_certificate_streebog512_check CHECK ((length(streebog512) = 64))
    esia_certificate_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_certificate_pkey PRIMARY KEY (client_id, sha256)

TABLE esia_client -- Information systems that speak ESIA's protocol; the name, addresses and scopes are in oauth_client
    client_id text NOT NULL
    issuer text NOT NULL DEFAULT ''::text -- iss of its tokens; empty: the provider's address with a slash. Some libraries know one issuer only
    algorithm text NOT NULL DEFAULT 'RS256'::text -- By which key of ours its tokens are signed
    legacy boolean NOT NULL DEFAULT true -- Signatures of another shape or string than the endpoint's own are taken, too
    string_subject boolean NOT NULL DEFAULT false -- sub of its ID tokens is a string: newer JWT libraries refuse ESIA's number
    changed_at timestamp with time zone NOT NULL
    esia_client_algorithm_check CHECK ((algorithm = ANY (ARRAY['RS256'::text, 'GOST3410_2012_256'::text])))
    esia_client_issuer_check CHECK ((length(issuer) <= 200))
    esia_client_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    esia_client_pkey PRIMARY KEY (client_id)

TABLE esia_grant -- One answer to a system, and all tokens that grow from it: a family that dies together
    id uuid NOT NULL
    client_id text NOT NULL
    account_id uuid -- NULL: the system speaks for itself (client_credentials)
    session_id uuid -- The sign-in behind it: ended, it takes the family along. No key: old sessions are deleted
    scopes text[] NOT NULL -- As in the access token: fullname?oid=1000000001
    offline boolean NOT NULL
    permissions jsonb -- Consents of the digital profile, as asked
    code_hash bytea
    code_expires_at timestamp with time zone
    code_used_at timestamp with time zone -- Set by the one statement that redeems the code
    redirect_uri text NOT NULL DEFAULT ''::text -- Where the code went, without the query
    challenge text NOT NULL DEFAULT ''::text
    nonce text NOT NULL DEFAULT ''::text
    method text NOT NULL DEFAULT ''::text
    authenticated_at timestamp with time zone
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    revoked_at timestamp with time zone
    signature bytea -- The same of the request that the code answers. At the token endpoint it is good for this code only
    esia_grant_check CHECK (((code_hash IS NULL) = (code_expires_at IS NULL)))
    esia_grant_check1 CHECK (((code_hash IS NULL) OR (account_id IS NOT NULL)))
    esia_grant_code_hash_check CHECK ((length(code_hash) = 32))
    esia_grant_method_check CHECK ((method = ANY (ARRAY[''::text, 'PWD'::text, 'DS'::text])))
    esia_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    esia_grant_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_grant_pkey PRIMARY KEY (id)
    CREATE INDEX esia_grant_account_id ON public.esia_grant USING btree (account_id, client_id) WHERE (account_id IS NOT NULL)
    CREATE UNIQUE INDEX esia_grant_code_hash ON public.esia_grant USING btree (code_hash) WHERE (code_hash IS NOT NULL)
    CREATE INDEX esia_grant_expires_at ON public.esia_grant USING btree (expires_at)
    CREATE INDEX esia_grant_session_id ON public.esia_grant USING btree (session_id) WHERE (session_id IS NOT NULL)

TABLE esia_key -- Keys that sign tokens. Systems keep the certificate in a file, so a key is replaced by hand, and long announced
    id bigint NOT NULL IDENTITY
    kind text NOT NULL
    private bytea NOT NULL -- PKCS #8, sealed by secret.Box
    certificate bytea NOT NULL -- Self-signed, DER: what /public/ gives out
    created_at timestamp with time zone NOT NULL
    retired_at timestamp with time zone -- Nothing that it signed is used any more: its certificate is not given out and verifies nothing
    active_at timestamp with time zone NOT NULL -- From when it signs, unless a later one does. Before that its certificate is given out for systems to install
    esia_key_kind_check CHECK ((kind = ANY (ARRAY['RS256'::text, 'GOST3410_2012_256'::text])))
    esia_key_pkey PRIMARY KEY (id)

TABLE esia_manager -- Who may look after a system at /console/tech: certificates, addresses, refused signatures
    client_id text NOT NULL
    account_id uuid NOT NULL
    added_at timestamp with time zone NOT NULL
    esia_manager_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    esia_manager_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_manager_pkey PRIMARY KEY (client_id, account_id)
    CREATE INDEX esia_manager_account_id ON public.esia_manager USING btree (account_id)

TABLE esia_refresh -- Refresh tokens. Used ones stay: that is how their reuse is noticed
    token_hash bytea NOT NULL
    grant_id uuid NOT NULL
    created_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    answer bytea -- What it brought, sealed by itself: sent once more to a system whose line broke
    esia_refresh_token_hash_check CHECK ((length(token_hash) = 32))
    esia_refresh_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES esia_grant(id) ON DELETE CASCADE
    esia_refresh_pkey PRIMARY KEY (token_hash)
    CREATE INDEX esia_refresh_grant_id ON public.esia_refresh USING btree (grant_id)

TABLE esia_request -- Verified authorization requests that wait for sign-in or consent
    id uuid NOT NULL
    client_id text NOT NULL
    form text NOT NULL -- The parameters as read, URL-encoded, without client_secret
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    signature bytea -- Hash of the client_secret that came with the request: whoever sees the address line has it
    esia_request_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_request_pkey PRIMARY KEY (id)
    CREATE INDEX esia_request_expires_at ON public.esia_request USING btree (expires_at)

TABLE esia_seen -- Signatures seen while their timestamps are good: one taken from an address line must not buy a token
    client_id text NOT NULL
    place text NOT NULL
    hash bytea NOT NULL
    seen_at timestamp with time zone NOT NULL
    esia_seen_hash_check CHECK ((length(hash) = 32))
    esia_seen_place_check CHECK ((place = ANY (ARRAY['ac'::text, 'te'::text])))
    esia_seen_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_seen_pkey PRIMARY KEY (client_id, place, hash)
    CREATE INDEX esia_seen_seen_at ON public.esia_seen USING btree (seen_at)

TABLE esia_signature -- How each client_secret was judged, for those who look after the system. No personal data; kept for a month
    id bigint NOT NULL IDENTITY
    client_id text NOT NULL
    at timestamp with time zone NOT NULL
    endpoint text NOT NULL
    accepted boolean NOT NULL
    variant text NOT NULL DEFAULT ''::text
    reason text NOT NULL DEFAULT ''::text
    tried text[] NOT NULL DEFAULT '{}'::text[]
    expected text[] NOT NULL DEFAULT '{}'::text[] -- The strings that should have been signed; codes and refresh tokens stand as <code>
    hash_sent text NOT NULL DEFAULT ''::text
    hashes text[] NOT NULL DEFAULT '{}'::text[]
    esia_signature_check CHECK ((accepted = (reason = ''::text)))
    esia_signature_client_id_fkey FOREIGN KEY (client_id) REFERENCES esia_client(client_id) ON DELETE CASCADE
    esia_signature_pkey PRIMARY KEY (id)
    CREATE INDEX esia_signature_at ON public.esia_signature USING btree (at)
    CREATE INDEX esia_signature_client_id ON public.esia_signature USING btree (client_id, id DESC)

TABLE esia_technologist -- Who looks after all systems and decides what each may ask for: the provider's own people, named by an operator
    account_id uuid NOT NULL
    added_at timestamp with time zone NOT NULL
    esia_technologist_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    esia_technologist_pkey PRIMARY KEY (account_id)

TABLE factor_passkey -- Passkeys (WebAuthn), several per person
    id uuid NOT NULL
    account_id uuid NOT NULL
    credential_id bytea NOT NULL
    public_key bytea NOT NULL
    name text NOT NULL
    aaguid uuid NOT NULL -- The model of the authenticator, if it says so
    transports text[] NOT NULL
    sign_count bigint NOT NULL -- The authenticator's counter when last used; one that counts and falls back means a copy
    user_verified boolean NOT NULL
    backup_eligible boolean NOT NULL
    backed_up boolean NOT NULL -- Kept by the maker's cloud: it outlives the device
    cloned boolean NOT NULL DEFAULT false -- The counter fell back: the key is refused until it is removed
    created_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    factor_passkey_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023)))
    factor_passkey_name_check CHECK (((name <> ''::text) AND (length(name) <= 60)))
    factor_passkey_sign_count_check CHECK ((sign_count >= 0))
    factor_passkey_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    factor_passkey_pkey PRIMARY KEY (id)
    CREATE INDEX factor_passkey_account_id ON public.factor_passkey USING btree (account_id, created_at)
    CREATE UNIQUE INDEX factor_passkey_credential_id ON public.factor_passkey USING btree (credential_id)

TABLE factor_recovery -- Ten printed codes for the day when the phone is lost; each works once
    account_id uuid NOT NULL
    code_hash bytea NOT NULL -- Keyed hash (secret.Box.Blind)
    created_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    factor_recovery_code_hash_check CHECK ((length(code_hash) = 32))
    factor_recovery_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    factor_recovery_pkey PRIMARY KEY (account_id, code_hash)

TABLE factor_reset -- Second proofs that are taken off an account at its holder's word in a service centre, after a time in which the holder can say no
    id uuid NOT NULL
    account_id uuid NOT NULL
    operator_id uuid NOT NULL
    centre_oid bigint NOT NULL
    centre text NOT NULL
    token_hash bytea NOT NULL -- Of the link in the notices by which the holder keeps the proofs
    created_at timestamp with time zone NOT NULL
    due_at timestamp with time zone NOT NULL
    ended_at timestamp with time zone
    ended_how text -- done: taken off, codes by SMS in their place; kept: the holder said no
    factor_reset_check CHECK ((operator_id <> account_id))
    factor_reset_check1 CHECK (((ended_at IS NULL) = (ended_how IS NULL)))
    factor_reset_ended_how_check CHECK ((ended_how = ANY (ARRAY['done'::text, 'kept'::text])))
    factor_reset_token_hash_check CHECK ((length(token_hash) = 32))
    factor_reset_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    factor_reset_pkey PRIMARY KEY (id)
    factor_reset_token_hash_key UNIQUE (token_hash)
    CREATE UNIQUE INDEX factor_reset_waiting ON public.factor_reset USING btree (account_id) WHERE (ended_at IS NULL)

TABLE factor_sms -- People who want a code by SMS after the password. It goes to the account's phone
    account_id uuid NOT NULL
    enabled_at timestamp with time zone NOT NULL
    factor_sms_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    factor_sms_pkey PRIMARY KEY (account_id)

TABLE factor_totp -- Apps that show codes by the clock (RFC 6238)
    account_id uuid NOT NULL
    secret bytea NOT NULL -- Sealed by secret.Box
    last_step bigint NOT NULL -- The last time step whose code was accepted: neither it nor an earlier one is accepted again
    enabled_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    factor_totp_last_step_check CHECK ((last_step >= 0))
    factor_totp_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    factor_totp_pkey PRIMARY KEY (account_id)

TABLE first_password -- Links by SMS with which a person whom an operator has helped chooses a password; good once
    token_hash bytea NOT NULL
    account_id uuid NOT NULL
    expires_at timestamp with time zone NOT NULL
    first_password_token_hash_check CHECK ((length(token_hash) = 32))
    first_password_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    first_password_pkey PRIMARY KEY (token_hash)
    first_password_account_id_key UNIQUE (account_id)
    CREATE INDEX first_password_expires_at ON public.first_password USING btree (expires_at)

TABLE half_sign_in -- People between the first proof and the second. Not a session: it opens nothing but the page of the second proof
    id uuid NOT NULL
    token_hash bytea NOT NULL -- SHA-256 of the cookie
    account_id uuid NOT NULL
    session_id uuid -- A person who is signed in and is asked for more; NULL is a sign-in
    methods text[] NOT NULL -- What was proved so far
    watched boolean NOT NULL DEFAULT false -- Many guesses at this account: a code by SMS is asked for, whatever the person has chosen
    setting_up boolean NOT NULL DEFAULT false -- The right code also switches the codes by SMS on
    next text NOT NULL DEFAULT ''::text -- A page of the provider's own to go on to
    sms_hash bytea -- Keyed hash of the code sent last
    sms_sent_at timestamp with time zone
    sms_sent integer NOT NULL DEFAULT 0
    sms_tries integer NOT NULL DEFAULT 0
    totp_tries integer NOT NULL DEFAULT 0
    recovery_tries integer NOT NULL DEFAULT 0
    passkey_tries integer NOT NULL DEFAULT 0
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    half_sign_in_passkey_tries_check CHECK ((passkey_tries >= 0))
    half_sign_in_recovery_tries_check CHECK ((recovery_tries >= 0))
    half_sign_in_sms_sent_check CHECK ((sms_sent >= 0))
    half_sign_in_sms_tries_check CHECK ((sms_tries >= 0))
    half_sign_in_token_hash_check CHECK ((length(token_hash) = 32))
    half_sign_in_totp_tries_check CHECK ((totp_tries >= 0))
    half_sign_in_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    half_sign_in_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE
    half_sign_in_pkey PRIMARY KEY (id)
    CREATE INDEX half_sign_in_expires_at ON public.half_sign_in USING btree (expires_at)
    CREATE UNIQUE INDEX half_sign_in_token_hash ON public.half_sign_in USING btree (token_hash)

TABLE identity -- Personal data as sent to the checks, one row per round. Passed ones are in force; former ones were
    account_id uuid NOT NULL
    round integer NOT NULL -- How many times the data were sent: results of an earlier round no longer count
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
    document_id bigint NOT NULL DEFAULT nextval('paper_id_seq'::regclass) -- Number of the identity document towards clients; stays while the document is the same
    identity_birth_place_check CHECK ((birth_place <> ''::text))
    identity_check CHECK (((state = 'checking'::text) = (decided_at IS NULL)))
    identity_citizenship_check CHECK ((citizenship ~ '^[A-Z]{3}$'::text))
    identity_first_name_check CHECK ((first_name <> ''::text))
    identity_last_name_check CHECK ((last_name <> ''::text))
    identity_round_check CHECK ((round > 0))
    identity_sex_check CHECK ((sex = ANY (ARRAY['M'::text, 'F'::text])))
    identity_state_check CHECK ((state = ANY (ARRAY['checking'::text, 'passed'::text, 'failed'::text, 'former'::text])))
    identity_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    identity_pkey PRIMARY KEY (account_id, round)
    CREATE UNIQUE INDEX identity_in_force ON public.identity USING btree (account_id) WHERE (state = 'passed'::text)
    CREATE UNIQUE INDEX identity_under_check ON public.identity USING btree (account_id) WHERE (state = 'checking'::text)

TABLE identity_check -- One question to one register about one round of personal data
    id uuid NOT NULL
    account_id uuid NOT NULL
    round integer NOT NULL
    register text NOT NULL
    state text NOT NULL DEFAULT 'waiting'::text
    reason text NOT NULL DEFAULT ''::text -- Why it failed: not_found, name, birth_date, sex, document, taken, away
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

TABLE kin -- Who was a parent of somebody who has taken over the own account: operators serve no relatives
    parent_id uuid NOT NULL
    child_id uuid NOT NULL
    since timestamp with time zone NOT NULL
    kin_child_id_fkey FOREIGN KEY (child_id) REFERENCES account(id) ON DELETE CASCADE
    kin_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES account(id) ON DELETE CASCADE
    kin_pkey PRIMARY KEY (parent_id, child_id)
    CREATE INDEX kin_child_id ON public.kin USING btree (child_id)

TABLE known_browser -- Browsers where a person has signed in: a new one is told of, and a stranger's guesses do not count against a known one
    account_id uuid NOT NULL
    token_hash bytea NOT NULL -- SHA-256 of the browser's cookie, which several people of a family may share
    device text NOT NULL
    first_at timestamp with time zone NOT NULL
    last_at timestamp with time zone NOT NULL
    known_browser_token_hash_check CHECK ((length(token_hash) = 32))
    known_browser_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    known_browser_pkey PRIMARY KEY (account_id, token_hash)
    CREATE INDEX known_browser_last_at ON public.known_browser USING btree (last_at)

TABLE level_change -- Each step of an account from a level to the next: when, by which way, and on what ground
    id bigint NOT NULL IDENTITY
    account_id uuid NOT NULL
    way text NOT NULL
    from_level text NOT NULL
    to_level text NOT NULL
    identity_round integer NOT NULL -- The personal data that were in force
    at timestamp with time zone NOT NULL
    operator_id uuid -- Account of the employee who held the passport. No reference: the step stays when the employee's account is erased
    centre_oid bigint -- Organisation in which the operator worked
    letter_id uuid
    bank_id uuid
    certificate text NOT NULL DEFAULT ''::text -- Serial number and issuer of the certificate that signed
    level_change_bank CHECK (((way = 'bank'::text) = (bank_id IS NOT NULL)))
    level_change_centre CHECK ((((way = 'centre'::text) = (operator_id IS NOT NULL)) AND ((way = 'centre'::text) = (centre_oid IS NOT NULL))))
    level_change_letter CHECK (((way = 'letter'::text) = (letter_id IS NOT NULL)))
    level_change_not_by_oneself CHECK ((operator_id <> account_id))
    level_change_signature CHECK (((way = 'signature'::text) = (certificate <> ''::text)))
    level_change_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    level_change_account_id_identity_round_fkey FOREIGN KEY (account_id, identity_round) REFERENCES identity(account_id, round) ON DELETE CASCADE
    level_change_bank_id_account_id_fkey FOREIGN KEY (bank_id, account_id) REFERENCES confirm_bank(id, account_id) ON DELETE CASCADE
    level_change_letter_id_account_id_fkey FOREIGN KEY (letter_id, account_id) REFERENCES confirm_letter(id, account_id) ON DELETE CASCADE
    level_change_way_from_level_to_level_fkey FOREIGN KEY (way, from_level, to_level) REFERENCES level_way(code, from_level, to_level)
    level_change_pkey PRIMARY KEY (id)
    CREATE INDEX level_change_bank_id ON public.level_change USING btree (bank_id) WHERE (bank_id IS NOT NULL)
    CREATE INDEX level_change_letter_id ON public.level_change USING btree (letter_id) WHERE (letter_id IS NOT NULL)
    CREATE UNIQUE INDEX level_change_once ON public.level_change USING btree (account_id, to_level)

TABLE level_way -- The state machine of levels: each way leads from one level to another. level_change is held to it, a page explains it
    code text NOT NULL
    place integer NOT NULL IDENTITY
    from_level text NOT NULL
    to_level text NOT NULL
    level_way_from_level_check CHECK ((from_level = ANY (ARRAY['simplified'::text, 'standard'::text, 'confirmed'::text])))
    level_way_to_level_check CHECK ((to_level = ANY (ARRAY['simplified'::text, 'standard'::text, 'confirmed'::text])))
    level_way_pkey PRIMARY KEY (code)
    level_way_code_from_level_to_level_key UNIQUE (code, from_level, to_level)
    level_way_place_key UNIQUE (place)

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

TABLE oauth_assertion -- Client assertions (RFC 7523) that were used: each is good once
    client_id text NOT NULL
    jti_hash bytea NOT NULL
    expires_at timestamp with time zone NOT NULL
    oauth_assertion_jti_hash_check CHECK ((length(jti_hash) = 32))
    oauth_assertion_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_assertion_pkey PRIMARY KEY (client_id, jti_hash)
    CREATE INDEX oauth_assertion_expires_at ON public.oauth_assertion USING btree (expires_at)

TABLE oauth_client -- Sites and applications that may ask who somebody is, by either protocol
    id text NOT NULL -- client_id; the mnemonic of an information system of ESIA
    name text NOT NULL
    secret_hash bytea -- SHA-256 of a random secret of 256 bits; NULL where there is none
    redirect_uris text[] NOT NULL
    post_logout_uris text[] NOT NULL DEFAULT '{}'::text[]
    scopes text[] NOT NULL
    skip_consent boolean NOT NULL DEFAULT false -- A site of the provider's own: nobody is asked before it gets the data
    created_at timestamp with time zone NOT NULL DEFAULT now()
    protocol text NOT NULL DEFAULT 'oidc'::text -- How it speaks to us: OpenID Connect, or ESIA, whose details are esia_client
    application_type text NOT NULL DEFAULT 'web'::text
    grant_types text[] NOT NULL DEFAULT '{authorization_code,refresh_token}'::text[]
    response_types text[] NOT NULL DEFAULT '{code}'::text[]
    auth_method text NOT NULL DEFAULT 'client_secret_basic'::text -- token_endpoint_auth_method: how it proves to be itself
    auth_signing_alg text NOT NULL DEFAULT ''::text -- The one algorithm of its assertions; empty: any that we take
    jwks jsonb -- Its public keys (RFC 7517), for assertions and request objects
    jwks_uri text NOT NULL DEFAULT ''::text -- Or where they are fetched from
    subject_type text NOT NULL DEFAULT 'public'::text -- pairwise: people are known to it by numbers of its sector's own
    sector text NOT NULL DEFAULT ''::text -- Host that names the sector of pairwise subjects
    sector_uri text NOT NULL DEFAULT ''::text -- sector_identifier_uri, whose list named its redirect addresses when it registered
    id_token_alg text NOT NULL DEFAULT 'ES256'::text
    userinfo_alg text NOT NULL DEFAULT ''::text -- Empty: UserInfo is plain JSON
    request_alg text NOT NULL DEFAULT ''::text -- The one algorithm of its request objects; empty: any that we take
    initiate_login_uri text NOT NULL DEFAULT ''::text
    backchannel_logout_uri text NOT NULL DEFAULT ''::text
    backchannel_logout_session boolean NOT NULL DEFAULT false
    frontchannel_logout_uri text NOT NULL DEFAULT ''::text
    frontchannel_logout_session boolean NOT NULL DEFAULT false
    default_max_age integer
    default_acr text[] NOT NULL DEFAULT '{}'::text[]
    require_auth_time boolean NOT NULL DEFAULT false
    require_par boolean NOT NULL DEFAULT false
    require_jar boolean NOT NULL DEFAULT false
    require_pkce boolean NOT NULL DEFAULT true -- Off only for a confidential client that cannot do it
    dpop_bound boolean NOT NULL DEFAULT false
    access_token_jwt boolean NOT NULL DEFAULT false -- Its access tokens are JWTs (RFC 9068)
    about jsonb NOT NULL DEFAULT '{}'::jsonb -- What people and operators read: client_uri, logo_uri, policy_uri, tos_uri, contacts, software_id, software_version
    registration_hash bytea -- SHA-256 of its registration access token (RFC 7592); NULL for clients that an operator made
    changed_at timestamp with time zone NOT NULL DEFAULT now()
    resource_server boolean NOT NULL DEFAULT false -- It guards data of its own by our tokens, and so may ask about any token
    oauth_client_application_type_check CHECK ((application_type = ANY (ARRAY['web'::text, 'native'::text])))
    oauth_client_auth_method_check CHECK ((auth_method = ANY (ARRAY['none'::text, 'client_secret_basic'::text, 'client_secret_post'::text, 'private_key_jwt'::text])))
    oauth_client_default_max_age_check CHECK ((default_max_age >= 0))
    oauth_client_id_check CHECK ((id <> ''::text))
    oauth_client_keys CHECK (((jwks IS NULL) OR (jwks_uri = ''::text)))
    oauth_client_name_check CHECK ((name <> ''::text))
    oauth_client_pairwise CHECK (((subject_type = 'public'::text) OR (sector <> ''::text)))
    oauth_client_pkce CHECK ((require_pkce OR (auth_method <> 'none'::text)))
    oauth_client_protocol_check CHECK ((protocol = ANY (ARRAY['oidc'::text, 'esia'::text])))
    oauth_client_redirect CHECK (((cardinality(redirect_uris) > 0) OR (NOT ('authorization_code'::text = ANY (grant_types)))))
    oauth_client_registration_hash_check CHECK ((length(registration_hash) = 32))
    oauth_client_secret CHECK ((((secret_hash IS NOT NULL) = (auth_method ~~ 'client_secret%'::text)) OR (protocol = 'esia'::text)))
    oauth_client_subject_type_check CHECK ((subject_type = ANY (ARRAY['public'::text, 'pairwise'::text])))
    oauth_client_pkey PRIMARY KEY (id)

TABLE oauth_consent -- What a person lets a site know; asked again only when the site asks for more
    account_id uuid NOT NULL
    client_id text NOT NULL
    scopes text[] NOT NULL
    granted_at timestamp with time zone NOT NULL
    oauth_consent_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    oauth_consent_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_consent_pkey PRIMARY KEY (account_id, client_id)

TABLE oauth_device -- Devices without a keyboard that wait until a person allows them on a phone (RFC 8628)
    device_hash bytea NOT NULL -- SHA-256 of the code that the device keeps
    user_hash bytea NOT NULL -- Keyed hash of the code that the person types: it is short, so a plain one would be guessed
    family_id uuid NOT NULL
    client_id text NOT NULL
    scopes text[] NOT NULL
    state text NOT NULL DEFAULT 'asked'::text
    pause integer NOT NULL -- Least seconds between two questions of the device; grows when it hurries
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    polled_at timestamp with time zone
    account_id uuid
    session_id uuid
    data jsonb -- What the tokens will say; no personal data
    oauth_device_check CHECK (((state <> ALL (ARRAY['allowed'::text, 'used'::text])) OR ((account_id IS NOT NULL) AND (data IS NOT NULL))))
    oauth_device_device_hash_check CHECK ((length(device_hash) = 32))
    oauth_device_pause_check CHECK (((pause >= 1) AND (pause <= 600)))
    oauth_device_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'allowed'::text, 'refused'::text, 'used'::text])))
    oauth_device_user_hash_check CHECK ((length(user_hash) = 32))
    oauth_device_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    oauth_device_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_device_pkey PRIMARY KEY (device_hash)
    CREATE INDEX oauth_device_account_id ON public.oauth_device USING btree (account_id)
    CREATE INDEX oauth_device_client_id ON public.oauth_device USING btree (client_id)
    CREATE INDEX oauth_device_expires_at ON public.oauth_device USING btree (expires_at)
    CREATE UNIQUE INDEX oauth_device_family_id ON public.oauth_device USING btree (family_id)
    CREATE UNIQUE INDEX oauth_device_user_hash ON public.oauth_device USING btree (user_hash)

TABLE oauth_family -- One answer to a client's request, and all tokens that grew from it: they are revoked together
    id uuid NOT NULL
    client_id text NOT NULL
    account_id uuid NOT NULL
    session_id uuid -- Sign-in that it came from. No foreign key: offline access outlives the row of the session
    offline boolean NOT NULL -- offline_access was granted: an ordinary logout leaves the tokens (OpenID Connect Back-Channel Logout 1.0, 2.7)
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL -- When nothing of it can be used any more
    revoked_at timestamp with time zone
    oauth_family_check CHECK ((expires_at > created_at))
    oauth_family_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    oauth_family_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_family_pkey PRIMARY KEY (id)
    CREATE INDEX oauth_family_account_id ON public.oauth_family USING btree (account_id, client_id)
    CREATE INDEX oauth_family_client_id ON public.oauth_family USING btree (client_id)
    CREATE INDEX oauth_family_expires_at ON public.oauth_family USING btree (expires_at)
    CREATE INDEX oauth_family_session_id ON public.oauth_family USING btree (session_id) WHERE (revoked_at IS NULL)

TABLE oauth_grant -- What fosite keeps of codes and tokens, one row each
    kind text NOT NULL
    signature bytea NOT NULL -- SHA-256 of the token's signature: a reader of the table cannot use any
    request_id uuid -- The family; NULL for a token that a client got in its own name
    client_id text NOT NULL
    subject text NOT NULL
    active boolean NOT NULL DEFAULT true -- Used codes and rotated tokens stay, inactive: that is how their reuse is noticed
    requested_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    data jsonb NOT NULL -- Scopes, session and the few parameters that later steps need; no personal data
    used_at timestamp with time zone -- When a refresh token was rotated; a redeemed code is only no longer active
    answer bytea -- What a rotated refresh token brought, sealed by that token itself: a client that lost the answer gets it again for a moment
    owner text -- The client, where a token is its own and not a family's; such tokens go with the client
    oauth_grant_check CHECK (((kind = 'access'::text) OR (request_id IS NOT NULL)))
    oauth_grant_check1 CHECK (((answer IS NULL) OR (used_at IS NOT NULL)))
    oauth_grant_check2 CHECK (((request_id IS NOT NULL) OR (owner IS NOT NULL)))
    oauth_grant_kind_check CHECK ((kind = ANY (ARRAY['code'::text, 'access'::text, 'refresh'::text])))
    oauth_grant_signature_check CHECK ((length(signature) = 32))
    oauth_grant_owner_fkey FOREIGN KEY (owner) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_grant_request_id_fkey FOREIGN KEY (request_id) REFERENCES oauth_family(id) ON DELETE CASCADE
    oauth_grant_pkey PRIMARY KEY (kind, signature)
    CREATE INDEX oauth_grant_answer_used_at ON public.oauth_grant USING btree (used_at) WHERE (answer IS NOT NULL)
    CREATE INDEX oauth_grant_owner ON public.oauth_grant USING btree (owner) WHERE (owner IS NOT NULL)
    CREATE INDEX oauth_grant_request_id ON public.oauth_grant USING btree (request_id, kind)
    CREATE INDEX oauth_grant_token_expires_at ON public.oauth_grant USING btree (expires_at) WHERE (kind <> 'code'::text)

TABLE oauth_key -- Signing keys. Of each algorithm the newest one past active_at signs; all that are not retired verify and stand in the JWKS
    kid text NOT NULL
    algorithm text NOT NULL -- ES256 signs unless a client registered for RS256: its first key is made when it is first needed
    private bytea NOT NULL -- PKCS #8, sealed by secret.Box
    created_at timestamp with time zone NOT NULL
    active_at timestamp with time zone NOT NULL -- Later than created_at on rotation, so that clients see a key before it signs
    retired_at timestamp with time zone
    oauth_key_algorithm_check CHECK ((algorithm = ANY (ARRAY['ES256'::text, 'RS256'::text])))
    oauth_key_pkey PRIMARY KEY (kid)

TABLE oauth_logout_notice -- Back-channel logouts: what was sent to whom, how often, and with what success
    id uuid NOT NULL
    client_id text NOT NULL
    session_id uuid NOT NULL
    subject text NOT NULL
    attempts integer NOT NULL DEFAULT 0
    last_error text -- Of the last attempt; NULL after a success
    created_at timestamp with time zone NOT NULL
    tried_at timestamp with time zone
    delivered_at timestamp with time zone
    oauth_logout_notice_attempts_check CHECK ((attempts >= 0))
    oauth_logout_notice_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_logout_notice_pkey PRIMARY KEY (id)
    CREATE INDEX oauth_logout_notice_client_id ON public.oauth_logout_notice USING btree (client_id, created_at DESC)
    CREATE INDEX oauth_logout_notice_created_at ON public.oauth_logout_notice USING btree (created_at)

TABLE oauth_proof -- Proofs of possession that were used (DPoP, RFC 9449): each is good once
    hash bytea NOT NULL -- SHA-256 of the key's thumbprint and the proof's jti
    expires_at timestamp with time zone NOT NULL
    oauth_proof_hash_check CHECK ((length(hash) = 32))
    oauth_proof_pkey PRIMARY KEY (hash)
    CREATE INDEX oauth_proof_expires_at ON public.oauth_proof USING btree (expires_at)

TABLE oauth_registration_token -- Initial access tokens: who holds one may register clients (RFC 7591)
    token_hash bytea NOT NULL
    note text NOT NULL -- Whom the operator gave it to
    uses_left integer NOT NULL
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    oauth_registration_token_token_hash_check CHECK ((length(token_hash) = 32))
    oauth_registration_token_uses_left_check CHECK ((uses_left >= 0))
    oauth_registration_token_pkey PRIMARY KEY (token_hash)

TABLE oauth_request -- Authorization requests that wait for sign-in, a level or consent: a restart in mid-flow loses none
    id uuid NOT NULL
    client_id text NOT NULL
    form text NOT NULL -- The parameters as the client sent them, URL-encoded
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    pushed_hash bytea -- SHA-256 of the request_uri of a pushed request (RFC 9126)
    opened_at timestamp with time zone -- When a browser first came with the request_uri. It may come again until the request is answered: people reload pages
    oauth_request_opened CHECK (((pushed_hash IS NOT NULL) OR (opened_at IS NULL)))
    oauth_request_pushed_hash_check CHECK ((length(pushed_hash) = 32))
    oauth_request_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_request_pkey PRIMARY KEY (id)
    CREATE INDEX oauth_request_client_id ON public.oauth_request USING btree (client_id)
    CREATE INDEX oauth_request_expires_at ON public.oauth_request USING btree (expires_at)
    CREATE UNIQUE INDEX oauth_request_pushed_hash ON public.oauth_request USING btree (pushed_hash) WHERE (pushed_hash IS NOT NULL)

TABLE oauth_sector_key -- The one key of pairwise subjects. It is never rotated: clients would lose their people
    id boolean NOT NULL DEFAULT true
    private bytea NOT NULL -- 32 random bytes, sealed by secret.Box
    oauth_sector_key_id_check CHECK (id)
    oauth_sector_key_pkey PRIMARY KEY (id)

TABLE oauth_visit -- Clients that took part in a session: they are told when it ends
    session_id uuid NOT NULL
    client_id text NOT NULL
    subject text NOT NULL -- The person as this client knows them
    created_at timestamp with time zone NOT NULL
    oauth_visit_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_client(id) ON DELETE CASCADE
    oauth_visit_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE
    oauth_visit_pkey PRIMARY KEY (session_id, client_id)
    CREATE INDEX oauth_visit_client_id ON public.oauth_visit USING btree (client_id)

TABLE operator_registration -- A registration at an operator's desk between the form and the code. Deleted with the account's birth or by age
    id uuid NOT NULL -- The id that the account will get: sending the code twice makes one account
    operator_id uuid NOT NULL
    session_id uuid NOT NULL
    centre_oid bigint NOT NULL
    form bytea NOT NULL -- What was typed, JSON sealed by secret.Box
    code_hash bytea NOT NULL
    code_at timestamp with time zone NOT NULL
    code_tries integer NOT NULL DEFAULT 0
    expires_at timestamp with time zone NOT NULL
    operator_registration_code_hash_check CHECK ((length(code_hash) = 32))
    operator_registration_code_tries_check CHECK ((code_tries >= 0))
    operator_registration_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES account(id) ON DELETE CASCADE
    operator_registration_pkey PRIMARY KEY (id)
    CREATE INDEX operator_registration_expires_at ON public.operator_registration USING btree (expires_at)
    CREATE INDEX operator_registration_operator_id ON public.operator_registration USING btree (operator_id)

TABLE operator_visit -- A person at an operator's desk: what the operator may see and do, for a short time, at one sign-in
    id uuid NOT NULL
    operator_id uuid NOT NULL
    session_id uuid NOT NULL
    centre_oid bigint NOT NULL
    account_id uuid NOT NULL
    purpose text NOT NULL
    tries integer NOT NULL DEFAULT 0 -- Passport numbers typed that were not the checked one
    passport_at timestamp with time zone -- The number of the passport in hand was the checked one
    contacts bytea -- New phone and address, JSON sealed by secret.Box, until the code that went to the phone is read out
    code_hash bytea
    code_at timestamp with time zone
    code_tries integer NOT NULL DEFAULT 0
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    operator_visit_check CHECK ((operator_id <> account_id))
    operator_visit_check1 CHECK (((contacts IS NULL) = (code_hash IS NULL)))
    operator_visit_code_tries_check CHECK ((code_tries >= 0))
    operator_visit_purpose_check CHECK ((purpose = ANY (ARRAY['confirm'::text, 'contacts'::text, 'factors'::text, 'block'::text])))
    operator_visit_tries_check CHECK ((tries >= 0))
    operator_visit_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    operator_visit_operator_id_fkey FOREIGN KEY (operator_id) REFERENCES account(id) ON DELETE CASCADE
    operator_visit_pkey PRIMARY KEY (id)
    CREATE INDEX operator_visit_account_id ON public.operator_visit USING btree (account_id)
    CREATE INDEX operator_visit_expires_at ON public.operator_visit USING btree (expires_at)
    CREATE INDEX operator_visit_operator_id ON public.operator_visit USING btree (operator_id, created_at DESC)

TABLE organisation -- A legal entity, a sole proprietor or an agency in whose name people act
    id uuid NOT NULL
    oid bigint NOT NULL DEFAULT nextval('account_oid_seq'::regclass) -- The number by which clients know it; from the same sequence as people's, so that no number means two things
    type text NOT NULL -- As ESIA has it: LEGAL, BUSINESS (sole proprietor), AGENCY (a body of the state, with accreditation a service centre)
    state text NOT NULL DEFAULT 'draft'::text -- joined: the organisation was there already, without a head, and the applicant became it
    round integer NOT NULL DEFAULT 0 -- How many times it was sent to the register: results of an earlier round no longer count
    ogrn text NOT NULL -- ОГРН, or ОГРНИП of a sole proprietor. A claim is not a proof: unique among active ones only
    inn text NOT NULL
    kpp text NOT NULL DEFAULT ''::text
    full_name text NOT NULL DEFAULT ''::text
    short_name text NOT NULL DEFAULT ''::text
    legal_form text NOT NULL DEFAULT ''::text -- Code of ОКОПФ
    okved text NOT NULL DEFAULT ''::text
    founding_type text NOT NULL DEFAULT ''::text
    founding_number text NOT NULL DEFAULT ''::text
    founding_date date
    legal_address text NOT NULL DEFAULT ''::text
    postal_address text NOT NULL DEFAULT ''::text
    phone text NOT NULL DEFAULT ''::text
    email text NOT NULL DEFAULT ''::text
    oktmo text NOT NULL DEFAULT ''::text
    accreditation text -- Confirms people's identities as a service centre of this kind
    created_by uuid -- Sees it until it is active; then its employees do
    created_at timestamp with time zone NOT NULL
    submitted_at timestamp with time zone
    decided_at timestamp with time zone
    verified_at timestamp with time zone -- When the register last confirmed it; asked again by the clock
    organisation_accreditation_check CHECK ((accreditation = ANY (ARRAY['mfc'::text, 'post'::text, 'pension'::text, 'rostelecom'::text])))
    organisation_accredited CHECK (((accreditation IS NULL) OR (type = 'AGENCY'::text)))
    organisation_check CHECK ((ogrn ~
CASE type
    WHEN 'BUSINESS'::text THEN '^\d{15}$'::text
    ELSE '^\d{13}$'::text
END))
    organisation_check1 CHECK ((inn ~
CASE type
    WHEN 'BUSINESS'::text THEN '^\d{12}$'::text
    ELSE '^\d{10}$'::text
END))
    organisation_check2 CHECK (((kpp = ''::text) OR ((type <> 'BUSINESS'::text) AND (kpp ~ '^\d{4}[0-9A-Z]{2}\d{3}$'::text))))
    organisation_decided CHECK (((state = ANY (ARRAY['draft'::text, 'checking'::text])) = (decided_at IS NULL)))
    organisation_email_check CHECK ((email = lower(email)))
    organisation_founding_type_check CHECK ((founding_type = ANY (ARRAY[''::text, 'charter'::text, 'model_charter'::text, 'agreement'::text, 'decision'::text, 'regulation'::text])))
    organisation_legal_form_check CHECK ((legal_form ~ '^(|\d{5})$'::text))
    organisation_named CHECK (((state <> ALL (ARRAY['active'::text, 'liquidated'::text])) OR (full_name <> ''::text)))
    organisation_oktmo_check CHECK ((oktmo ~ '^(|\d{8}|\d{11})$'::text))
    organisation_okved_check CHECK ((okved ~ '^(|\d{2}(\.\d{1,2}){0,2})$'::text))
    organisation_phone_check CHECK (((phone = ''::text) OR (phone ~ '^\+\d{11,15}$'::text)))
    organisation_round_check CHECK ((round >= 0))
    organisation_sent CHECK (((state = 'draft'::text) = (submitted_at IS NULL)))
    organisation_type_check CHECK ((type = ANY (ARRAY['LEGAL'::text, 'BUSINESS'::text, 'AGENCY'::text])))
    organisation_created_by_fkey FOREIGN KEY (created_by) REFERENCES account(id) ON DELETE SET NULL
    organisation_state_fkey FOREIGN KEY (state) REFERENCES organisation_state(code)
    organisation_pkey PRIMARY KEY (id)
    CREATE INDEX organisation_created_by ON public.organisation USING btree (created_by, created_at DESC)
    CREATE UNIQUE INDEX organisation_ogrn ON public.organisation USING btree (ogrn) WHERE (state = 'active'::text)
    CREATE UNIQUE INDEX organisation_oid ON public.organisation USING btree (oid)
    CREATE UNIQUE INDEX organisation_open_once ON public.organisation USING btree (created_by, ogrn) WHERE (state = ANY (ARRAY['draft'::text, 'checking'::text, 'refused'::text]))
    CREATE INDEX organisation_verified_at ON public.organisation USING btree (verified_at) WHERE (state = 'active'::text)

TABLE organisation_branch -- A branch of an organisation. The register names them each time it is asked; what it no longer names is gone
    oid bigint NOT NULL DEFAULT nextval('account_oid_seq'::regclass) -- The number by which clients know it; it stays as long as the branch's КПП
    organisation_id uuid NOT NULL
    kpp text NOT NULL -- КПП of the branch, not of the organisation
    name text NOT NULL
    address text NOT NULL DEFAULT ''::text
    phone text NOT NULL DEFAULT ''::text
    email text NOT NULL DEFAULT ''::text
    organisation_branch_email_check CHECK ((email = lower(email)))
    organisation_branch_kpp_check CHECK ((kpp ~ '^\d{4}[0-9A-Z]{2}\d{3}$'::text))
    organisation_branch_name_check CHECK ((name <> ''::text))
    organisation_branch_phone_check CHECK (((phone = ''::text) OR (phone ~ '^\+\d{11,15}$'::text)))
    organisation_branch_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE
    organisation_branch_pkey PRIMARY KEY (oid)
    organisation_branch_organisation_id_kpp_key UNIQUE (organisation_id, kpp)

TABLE organisation_check -- What the register says about one part of the data of one round; one question answers all of a round
    id uuid NOT NULL
    organisation_id uuid NOT NULL
    round integer NOT NULL
    kind text NOT NULL
    state text NOT NULL DEFAULT 'waiting'::text
    reason text NOT NULL DEFAULT ''::text -- Why it failed: not_found, liquidated, taken, inn, kpp, name, head, unknown
    found text NOT NULL DEFAULT ''::text -- What the open register has instead, to correct a slip by: a name; never anything about a person
    attempts integer NOT NULL DEFAULT 0
    last_error text NOT NULL DEFAULT ''::text -- Why the register could not be asked; the job tries again
    created_at timestamp with time zone NOT NULL
    checked_at timestamp with time zone
    organisation_check_attempts_check CHECK ((attempts >= 0))
    organisation_check_check CHECK (((state = 'waiting'::text) = (checked_at IS NULL)))
    organisation_check_check1 CHECK (((state <> 'failed'::text) OR (reason <> ''::text)))
    organisation_check_kind_check CHECK ((kind = ANY (ARRAY['number'::text, 'tax'::text, 'name'::text, 'head'::text])))
    organisation_check_round_check CHECK ((round > 0))
    organisation_check_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'passed'::text, 'failed'::text])))
    organisation_check_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE
    organisation_check_pkey PRIMARY KEY (id)
    organisation_check_organisation_id_round_kind_key UNIQUE (organisation_id, round, kind)

TABLE organisation_choice -- A client's request for which the person has said in whose name to enter: it is asked once
    request_id uuid NOT NULL
    session_id uuid NOT NULL
    chosen_at timestamp with time zone NOT NULL
    organisation_choice_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE
    organisation_choice_pkey PRIMARY KEY (request_id)
    CREATE INDEX organisation_choice_chosen_at ON public.organisation_choice USING btree (chosen_at)
    CREATE INDEX organisation_choice_session_id ON public.organisation_choice USING btree (session_id)

TABLE organisation_employee -- Who acts in an organisation's name. Past ones stay, ended
    id uuid NOT NULL
    organisation_id uuid NOT NULL
    account_id uuid NOT NULL
    chief boolean NOT NULL DEFAULT false
    admin boolean NOT NULL DEFAULT false
    position text NOT NULL DEFAULT ''::text
    joined_at timestamp with time zone NOT NULL
    until timestamp with time zone -- The end agreed beforehand: from then on the row counts for nothing, before anybody writes ended_at
    ended_at timestamp with time zone
    ended_how text
    organisation_employee_check CHECK (((ended_at IS NULL) = (ended_how IS NULL)))
    organisation_employee_check1 CHECK (((NOT chief) OR (until IS NULL)))
    organisation_employee_ended_how_check CHECK ((ended_how = ANY (ARRAY['left'::text, 'dismissed'::text, 'expired'::text, 'liquidated'::text])))
    organisation_employee_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    organisation_employee_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE
    organisation_employee_pkey PRIMARY KEY (id)
    CREATE INDEX organisation_employee_account_id ON public.organisation_employee USING btree (account_id) WHERE (ended_at IS NULL)
    CREATE UNIQUE INDEX organisation_employee_chief ON public.organisation_employee USING btree (organisation_id) WHERE (chief AND (ended_at IS NULL))
    CREATE UNIQUE INDEX organisation_employee_once ON public.organisation_employee USING btree (organisation_id, account_id) WHERE (ended_at IS NULL)

TABLE organisation_grant -- A power given to an employee for a time. Outside of it, and once revoked, the row does nothing
    id uuid NOT NULL
    employee_id uuid NOT NULL
    power text NOT NULL
    from_at timestamp with time zone NOT NULL
    until timestamp with time zone
    granted_by uuid
    granted_at timestamp with time zone NOT NULL
    revoked_by uuid
    revoked_at timestamp with time zone
    organisation_grant_check CHECK ((until > from_at))
    organisation_grant_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES organisation_employee(id) ON DELETE CASCADE
    organisation_grant_granted_by_fkey FOREIGN KEY (granted_by) REFERENCES account(id) ON DELETE SET NULL
    organisation_grant_power_fkey FOREIGN KEY (power) REFERENCES organisation_power(code)
    organisation_grant_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES account(id) ON DELETE SET NULL
    organisation_grant_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX organisation_grant_once ON public.organisation_grant USING btree (employee_id, power) WHERE (revoked_at IS NULL)

TABLE organisation_invitation -- A letter to a future employee, with a link that works once
    id uuid NOT NULL
    organisation_id uuid NOT NULL
    token_hash bytea NOT NULL -- SHA-256 of the link's token; another letter has another token, and the older one is dead
    channel text NOT NULL
    contact text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL DEFAULT ''::text
    snils_key bytea -- Keyed hash of the invited person's СНИЛС when the sender knew it
    position text NOT NULL DEFAULT ''::text
    until timestamp with time zone -- The end of the employment, if it is agreed beforehand
    invited_by uuid
    created_at timestamp with time zone NOT NULL
    sent_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_at timestamp with time zone
    used_by uuid
    withdrawn_at timestamp with time zone
    declined_at timestamp with time zone
    organisation_invitation_channel_check CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text])))
    organisation_invitation_check CHECK ((expires_at > sent_at))
    organisation_invitation_check1 CHECK ((num_nonnulls(used_at, withdrawn_at, declined_at) <= 1))
    organisation_invitation_contact_check CHECK ((contact <> ''::text))
    organisation_invitation_first_name_check CHECK ((first_name <> ''::text))
    organisation_invitation_last_name_check CHECK ((last_name <> ''::text))
    organisation_invitation_token_hash_check CHECK ((length(token_hash) = 32))
    organisation_invitation_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES account(id) ON DELETE SET NULL
    organisation_invitation_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE
    organisation_invitation_used_by_fkey FOREIGN KEY (used_by) REFERENCES account(id) ON DELETE SET NULL
    organisation_invitation_pkey PRIMARY KEY (id)
    CREATE INDEX organisation_invitation_organisation_id ON public.organisation_invitation USING btree (organisation_id, created_at DESC)
    CREATE UNIQUE INDEX organisation_invitation_token_hash ON public.organisation_invitation USING btree (token_hash)

TABLE organisation_power -- What an employee may be allowed to do. Texts: locale keys idp_org.power_<code>
    code text NOT NULL
    place integer NOT NULL -- Order on the page
    chief boolean NOT NULL -- The head has it by office
    admin boolean NOT NULL -- An administrator has it by office
    needs_accreditation boolean NOT NULL DEFAULT false -- Only in a service centre
    organisation_power_code_check CHECK ((code ~ '^[a-z_]+$'::text))
    organisation_power_pkey PRIMARY KEY (code)
    organisation_power_place_key UNIQUE (place)

TABLE organisation_state -- The states of an organisation's account, and from which it comes to each. A trigger holds rows to it, a page explains it
    code text NOT NULL
    place integer NOT NULL IDENTITY
    after text[] NOT NULL
    organisation_state_pkey PRIMARY KEY (code)
    organisation_state_place_key UNIQUE (place)

TABLE own_code -- A code by SMS that confirms a wish of somebody who is signed in; a new one voids the one before
    account_id uuid NOT NULL
    purpose text NOT NULL
    code_hash bytea NOT NULL
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone NOT NULL
    own_code_attempts_check CHECK ((attempts >= 0))
    own_code_code_hash_check CHECK ((length(code_hash) = 32))
    own_code_purpose_check CHECK ((purpose = 'delete'::text))
    own_code_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    own_code_pkey PRIMARY KEY (account_id, purpose)

TABLE paper -- Documents, addresses and vehicles. Passports are rounds of identity
    id bigint NOT NULL DEFAULT nextval('paper_id_seq'::regclass)
    account_id uuid
    child_id uuid
    owner_id uuid NOT NULL GENERATED (COALESCE(account_id, child_id))
    kind text NOT NULL -- Names of ESIA; RSDNC_PERMIT, TMP_RSDNC_PERMIT and INN are ours
    slot bytea NOT NULL DEFAULT '\x'::bytea -- Empty where a person has one of the kind; keyed hash of the certificate of a vehicle. Sending a form twice makes one paper
    content bytea NOT NULL -- JSON of the fields, sealed by secret.Box
    state text NOT NULL
    round integer NOT NULL DEFAULT 1 -- How many times it was changed: a register's answer about an earlier text does not count
    reason text NOT NULL DEFAULT ''::text -- Why a register refused: not_found, name, birth_date, away
    attempts integer NOT NULL DEFAULT 0
    last_error text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    changed_at timestamp with time zone NOT NULL
    checked_at timestamp with time zone
    paper_attempts_check CHECK ((attempts >= 0))
    paper_check CHECK ((num_nonnulls(account_id, child_id) = 1))
    paper_check1 CHECK (((state <> 'refused'::text) OR (reason <> ''::text)))
    paper_kind_check CHECK ((kind = ANY (ARRAY['FRGN_PASS'::text, 'RF_DRIVING_LICENSE'::text, 'MDCL_PLCY'::text, 'MLTR_ID'::text, 'RF_BRTH_CERT'::text, 'FID_BRTH_CERT'::text, 'RSDNC_PERMIT'::text, 'TMP_RSDNC_PERMIT'::text, 'INN'::text, 'PLV'::text, 'PRG'::text, 'VEHICLE'::text])))
    paper_round_check CHECK ((round > 0))
    paper_state_check CHECK ((state = ANY (ARRAY['unchecked'::text, 'checking'::text, 'verified'::text, 'refused'::text])))
    paper_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    paper_child_id_fkey FOREIGN KEY (child_id) REFERENCES child(id) ON DELETE CASCADE
    paper_pkey PRIMARY KEY (id)
    CREATE INDEX paper_account_id ON public.paper USING btree (account_id)
    CREATE INDEX paper_child_id ON public.paper USING btree (child_id)
    CREATE UNIQUE INDEX paper_owner_kind ON public.paper USING btree (owner_id, kind, slot)

TABLE qr_sign_in -- Browsers that show a QR code and wait for a phone that is signed in
    id uuid NOT NULL
    code_hash bytea NOT NULL -- SHA-256 of the code in the picture
    browser_hash bytea NOT NULL -- SHA-256 of the cookie of the browser that shows it: nobody else can use the confirmation
    number integer NOT NULL -- Shown beside the picture; the phone asks which of the choices it is, so that a picture sent by a swindler is of no use
    choices integer[] NOT NULL
    device text NOT NULL
    address text NOT NULL
    state text NOT NULL DEFAULT 'waiting'::text
    account_id uuid
    methods text[] NOT NULL DEFAULT '{}'::text[] -- How the person had proved to be the one at the phone
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    qr_sign_in_browser_hash_check CHECK ((length(browser_hash) = 32))
    qr_sign_in_check CHECK (((cardinality(choices) = 3) AND (number = ANY (choices))))
    qr_sign_in_check1 CHECK (((state = ANY (ARRAY['waiting'::text, 'refused'::text])) OR (account_id IS NOT NULL)))
    qr_sign_in_code_hash_check CHECK ((length(code_hash) = 32))
    qr_sign_in_number_check CHECK (((number >= 10) AND (number <= 99)))
    qr_sign_in_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'confirmed'::text, 'refused'::text, 'used'::text])))
    qr_sign_in_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    qr_sign_in_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX qr_sign_in_browser_hash ON public.qr_sign_in USING btree (browser_hash)
    CREATE UNIQUE INDEX qr_sign_in_code_hash ON public.qr_sign_in USING btree (code_hash)
    CREATE INDEX qr_sign_in_expires_at ON public.qr_sign_in USING btree (expires_at)

TABLE recovery -- A recovery of access between its pages. Deleted by its use or by age
    id uuid NOT NULL
    token_hash bytea NOT NULL -- SHA-256 of the cookie: only the browser where it began can go on
    contact bytea NOT NULL -- The phone or address as read, sealed by secret.Box: it may be a stranger's
    channel text NOT NULL
    lang text NOT NULL
    account_id uuid -- Found by a job, so that the page answers in the same time whether it exists or not; NULL is nobody's
    code_hash bytea -- Keyed hash; NULL when there is no account, then no code fits
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone NOT NULL
    verified_at timestamp with time zone -- The code was right
    document_tries integer NOT NULL DEFAULT 0
    proven_at timestamp with time zone -- The document was right, or none is needed
    request_id uuid
    expires_at timestamp with time zone NOT NULL
    recovery_attempts_check CHECK ((attempts >= 0))
    recovery_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
    recovery_check CHECK (((verified_at IS NULL) OR (account_id IS NOT NULL)))
    recovery_check1 CHECK (((proven_at IS NULL) OR (verified_at IS NOT NULL)))
    recovery_document_tries_check CHECK ((document_tries >= 0))
    recovery_lang_check CHECK ((lang = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    recovery_token_hash_check CHECK ((length(token_hash) = 32))
    recovery_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    recovery_pkey PRIMARY KEY (id)
    recovery_token_hash_key UNIQUE (token_hash)
    CREATE INDEX recovery_account_id ON public.recovery USING btree (account_id)
    CREATE INDEX recovery_expires_at ON public.recovery USING btree (expires_at)

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

TABLE service_centre -- Where and when people come to an accredited organisation; without a row its legal address is shown
    organisation_id uuid NOT NULL
    address text NOT NULL
    hours text NOT NULL
    phone text NOT NULL DEFAULT ''::text
    service_centre_address_check CHECK ((address <> ''::text))
    service_centre_hours_check CHECK ((hours <> ''::text))
    service_centre_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id) ON DELETE CASCADE
    service_centre_pkey PRIMARY KEY (organisation_id)

TABLE session -- A person signed in at one browser. The row is the truth: a lost Redis signs nobody out
    id uuid NOT NULL -- sid towards clients; says nothing about the cookie
    account_id uuid NOT NULL
    token_hash bytea NOT NULL -- SHA-256 of the cookie: a reader of the table cannot take the session over
    methods text[] NOT NULL -- How the person proved to be the one: values of RFC 8176 (pwd, sms, otp, hwk…), and DS for an e-signature
    started_at timestamp with time zone NOT NULL
    authenticated_at timestamp with time zone NOT NULL -- Last proof: auth_time towards clients. Later than started_at after a step-up
    seen_at timestamp with time zone NOT NULL -- Last use, to the minute; idle sessions end by it
    ends_at timestamp with time zone NOT NULL -- The end, however busy the session is
    ended_at timestamp with time zone -- Signed out, here or from elsewhere
    device text NOT NULL DEFAULT ''::text -- User-Agent as sent, shortened
    address inet
    acting_oid bigint -- Organisation in whose name the person acts; NULL is for oneself
    session_check CHECK ((authenticated_at >= started_at))
    session_check1 CHECK ((ends_at > started_at))
    session_device_check CHECK ((length(device) <= 400))
    session_methods_check CHECK ((cardinality(methods) > 0))
    session_token_hash_check CHECK ((length(token_hash) = 32))
    session_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(id) ON DELETE CASCADE
    session_pkey PRIMARY KEY (id)
    CREATE INDEX session_account_id ON public.session USING btree (account_id, started_at DESC)
    CREATE INDEX session_ends_at ON public.session USING btree (ends_at)
    CREATE UNIQUE INDEX session_token_hash ON public.session USING btree (token_hash)

TABLE used_challenge -- Challenges that were answered. They travel sealed in the page that asks; only an answered one leaves a row, so that it works once
    hash bytea NOT NULL
    expires_at timestamp with time zone NOT NULL
    used_challenge_hash_check CHECK ((length(hash) = 32))
    used_challenge_pkey PRIMARY KEY (hash)
    CREATE INDEX used_challenge_expires_at ON public.used_challenge USING btree (expires_at)

CREATE CONSTRAINT TRIGGER account_level_has_ground AFTER INSERT OR UPDATE OF level ON public.account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION account_level_has_ground()

CREATE TRIGGER journal_note_pending AFTER INSERT ON public.journal FOR EACH ROW EXECUTE FUNCTION journal_note_pending()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_block FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_leaf FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER level_change_follows BEFORE INSERT OR UPDATE ON public.level_change FOR EACH ROW EXECUTE FUNCTION level_change_follows()

CREATE TRIGGER organisation_state_follows BEFORE UPDATE OF state ON public.organisation FOR EACH ROW WHEN ((old.state <> new.state)) EXECUTE FUNCTION organisation_state_follows()
