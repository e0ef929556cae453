-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.

CREATE OR REPLACE FUNCTION public.application_guard_submission()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF EXISTS (
        SELECT FROM application_party p
        WHERE p.application = NEW.id AND NOT EXISTS (
            SELECT FROM application_signature s
            WHERE s.application = p.application AND s.party = p.party AND s.person = p.person
              AND s.voided_at IS NULL AND s.hash = NEW.hash)
    ) THEN
        RAISE EXCEPTION 'application %: not all parties have signed what is submitted', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$


CREATE OR REPLACE FUNCTION public.catalog_version_keep()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'a published version of a service is never changed';
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


CREATE OR REPLACE FUNCTION public.payment_event_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'payment_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$


TABLE account -- A cabinet of the portal. Somebody enters it by phone and password, or through ESIA, or both ways
    id uuid NOT NULL
    phone text -- E.164, mobile. NULL when made through ESIA while the phone was another cabinet's
    password_hash text -- argon2id, PHC string. NULL: entered through ESIA only
    last_name text NOT NULL DEFAULT ''::text -- How the portal addresses the person. What ESIA vouches for stands in the profile
    first_name text NOT NULL DEFAULT ''::text
    middle_name text NOT NULL DEFAULT ''::text
    email text NOT NULL DEFAULT ''::text
    lang text NOT NULL DEFAULT 'ru'::text
    esia_sub text -- The person's oid at ESIA
    level text NOT NULL DEFAULT 'none'::text -- How well ESIA knew the person at the last sign-in through it; none without a binding
    profile bytea -- What ESIA told, by the keys of catalog.Question.Prefill: JSON sealed by secret.Box
    snils_blind bytea -- Keyed hash of the SNILS. It outlives a binding: a cabinet is never bound to a second person
    own_names boolean NOT NULL DEFAULT false -- The person kept the portal's spelling of the name when binding
    epoch integer NOT NULL DEFAULT 0 -- A session begun under a smaller number is over: a new password ends the other sessions
    consent_at timestamp with time zone NOT NULL
    created_at timestamp with time zone NOT NULL
    last_seen_at timestamp with time zone -- Last sign-in. NULL: the first password was never used, and registering again sends another
    news_seen_at timestamp with time zone -- Last look at the cabinet: what has changed since is marked there
    bound_at timestamp with time zone
    account_check CHECK (((phone IS NOT NULL) OR (esia_sub IS NOT NULL)))
    account_check1 CHECK (((password_hash IS NULL) OR (phone IS NOT NULL)))
    account_check2 CHECK (((esia_sub IS NULL) = (level = 'none'::text)))
    account_check3 CHECK (((esia_sub IS NULL) = (bound_at IS NULL)))
    account_check4 CHECK (((esia_sub IS NOT NULL) OR (profile IS NULL)))
    account_epoch_check CHECK ((epoch >= 0))
    account_esia_sub_check CHECK ((esia_sub <> ''::text))
    account_lang_check CHECK ((lang = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    account_level_check CHECK ((level = ANY (ARRAY['none'::text, 'simplified'::text, 'standard'::text, 'confirmed'::text])))
    account_phone_check CHECK ((phone ~ '^\+7[0-9]{10}$'::text))
    account_pkey PRIMARY KEY (id)
    account_esia_sub_key UNIQUE (esia_sub)
    account_phone_key UNIQUE (phone)

TABLE application -- One application of one or several citizens for one version of a service; see applications/doc.go for the states
    id uuid NOT NULL
    service text NOT NULL
    service_version integer NOT NULL
    state text NOT NULL
    version bigint NOT NULL DEFAULT 1 -- Grows with every change; a reader of a page proves with it what was seen
    number text -- Said on the phone: region and year, running number, check digit
    hash bytea -- SHA-256 of the canonical form that was submitted
    deadline timestamp with time zone -- End of the clock that runs from the invitation: all must have signed and paid by then
    paid_charge uuid -- The paid charge (payments). Once set the duty is not asked again, whatever is edited
    paid_at timestamp with time zone
    refund_due boolean NOT NULL DEFAULT false -- Paid, and yet it cannot go on: staff return the money
    late_at timestamp with time zone -- Since when the department keeps us waiting; the citizen is told that the application is safe
    kept_until timestamp with time zone NOT NULL -- An unfinished draft is erased after this; counted from the last activity
    created_at timestamp with time zone NOT NULL
    updated_at timestamp with time zone NOT NULL
    submitted_at timestamp with time zone
    application_check CHECK (((paid_charge IS NULL) = (paid_at IS NULL)))
    application_check1 CHECK (((NOT refund_due) OR (paid_charge IS NOT NULL)))
    application_check2 CHECK (((number IS NULL) = (submitted_at IS NULL)))
    application_check3 CHECK (((state <> ALL (ARRAY['submitted'::text, 'sent'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'rejected'::text, 'refused'::text])) OR ((number IS NOT NULL) AND (hash IS NOT NULL))))
    application_hash_check CHECK ((length(hash) = 32))
    application_service_check CHECK ((service <> ''::text))
    application_service_version_check CHECK ((service_version > 0))
    application_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'filling'::text, 'signing'::text, 'paying'::text, 'submitted'::text, 'sent'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'rejected'::text, 'refused'::text, 'declined'::text, 'expired'::text, 'cancelled'::text])))
    application_version_check CHECK ((version > 0))
    application_pkey PRIMARY KEY (id)
    CREATE INDEX application_deadline ON public.application USING btree (deadline) WHERE (state = ANY (ARRAY['filling'::text, 'signing'::text, 'paying'::text]))
    CREATE INDEX application_draft_kept_until ON public.application USING btree (kept_until) WHERE (state = 'draft'::text)
    CREATE UNIQUE INDEX application_number_key ON public.application USING btree (number) WHERE (number IS NOT NULL)

TABLE application_answers -- Answers as JSON sealed by secret.Box: one row per party and one, with party '', of the shared part
    application uuid NOT NULL
    party text NOT NULL
    sealed bytea NOT NULL
    version bigint NOT NULL DEFAULT 1
    updated_at timestamp with time zone NOT NULL
    application_answers_version_check CHECK ((version > 0))
    application_answers_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_answers_pkey PRIMARY KEY (application, party)

TABLE application_booking -- A seat at an office at a time: held while people fill and pay, booked from the submission on
    id uuid NOT NULL
    application uuid NOT NULL
    office text NOT NULL
    starts_at timestamp with time zone NOT NULL
    seat integer NOT NULL -- 1 to the capacity that the office's rule gives to a slot
    state text NOT NULL
    hold_until timestamp with time zone
    created_at timestamp with time zone NOT NULL
    released_at timestamp with time zone
    application_booking_check CHECK (((state = 'held'::text) = (hold_until IS NOT NULL)))
    application_booking_check1 CHECK (((state = 'released'::text) = (released_at IS NOT NULL)))
    application_booking_office_check CHECK ((office <> ''::text))
    application_booking_seat_check CHECK ((seat > 0))
    application_booking_state_check CHECK ((state = ANY (ARRAY['held'::text, 'booked'::text, 'released'::text])))
    application_booking_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_booking_pkey PRIMARY KEY (id)
    CREATE INDEX application_booking_application ON public.application_booking USING btree (application)
    CREATE UNIQUE INDEX application_booking_live ON public.application_booking USING btree (application) WHERE (state = ANY (ARRAY['held'::text, 'booked'::text]))
    CREATE UNIQUE INDEX application_booking_taken ON public.application_booking USING btree (office, starts_at, seat) WHERE (state = ANY (ARRAY['held'::text, 'booked'::text]))

TABLE application_event -- What happened and when, as all parties see it
    id bigint NOT NULL IDENTITY
    application uuid NOT NULL
    kind text NOT NULL
    party text NOT NULL DEFAULT ''::text -- Whose doing it was; empty when the portal's or the department's
    note text NOT NULL DEFAULT ''::text -- The department's own words, a ground of refusal for one
    at timestamp with time zone NOT NULL
    application_event_kind_check CHECK ((kind <> ''::text))
    application_event_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_event_pkey PRIMARY KEY (id)
    CREATE INDEX application_event_application_id ON public.application_event USING btree (application, id)

TABLE application_invitation -- A letter to a further party. The link's token is kept as SHA-256 only
    id uuid NOT NULL
    application uuid NOT NULL
    party text NOT NULL
    token_hash bytea NOT NULL
    snils bytea NOT NULL -- Of the person who was meant, sealed by secret.Box
    snils_blind bytea NOT NULL -- Keyed hash of the SNILS: the comer must have the same one
    contact bytea NOT NULL
    sent_at timestamp with time zone NOT NULL
    accepted_at timestamp with time zone
    declined_at timestamp with time zone
    revoked_at timestamp with time zone
    application_invitation_check CHECK ((num_nonnulls(accepted_at, declined_at, revoked_at) <= 1))
    application_invitation_token_hash_check CHECK ((length(token_hash) = 32))
    application_invitation_application_party_fkey FOREIGN KEY (application, party) REFERENCES application_party(application, party) ON DELETE CASCADE
    application_invitation_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX application_invitation_live ON public.application_invitation USING btree (application, party) WHERE ((accepted_at IS NULL) AND (declined_at IS NULL) AND (revoked_at IS NULL))
    CREATE INDEX application_invitation_snils_blind ON public.application_invitation USING btree (snils_blind) WHERE ((accepted_at IS NULL) AND (declined_at IS NULL) AND (revoked_at IS NULL))
    CREATE UNIQUE INDEX application_invitation_token_hash ON public.application_invitation USING btree (token_hash)

TABLE application_party -- Who takes part. Position 0 files. Every query about an application authorises by person here
    application uuid NOT NULL
    party text NOT NULL
    position integer NOT NULL
    person uuid -- Account of the portal; NULL until the invited person has come. No foreign key: accounts are the portal's
    last_name text NOT NULL DEFAULT ''::text
    first_name text NOT NULL DEFAULT ''::text
    middle_name text NOT NULL DEFAULT ''::text
    snils bytea -- Sealed by secret.Box
    contact bytea -- Phone and e-mail for notices, JSON sealed by secret.Box
    joined_at timestamp with time zone
    application_party_check CHECK (((person IS NULL) = (joined_at IS NULL)))
    application_party_check1 CHECK ((("position" > 0) OR (person IS NOT NULL)))
    application_party_party_check CHECK ((party <> ''::text))
    application_party_position_check CHECK (("position" >= 0))
    application_party_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_party_pkey PRIMARY KEY (application, party)
    application_party_application_person_key UNIQUE (application, person)
    application_party_application_position_key UNIQUE (application, "position")
    CREATE INDEX application_party_person ON public.application_party USING btree (person, application) WHERE (person IS NOT NULL)

TABLE application_signature -- A simple electronic signature: who, when, at which level, over which SHA-256 of the canonical form
    id uuid NOT NULL
    application uuid NOT NULL
    party text NOT NULL
    person uuid NOT NULL
    name text NOT NULL
    level text NOT NULL
    hash bytea NOT NULL
    signed_at timestamp with time zone NOT NULL
    voided_at timestamp with time zone -- Something was edited after the signature: the row stays as history and counts no more
    application_signature_hash_check CHECK ((length(hash) = 32))
    application_signature_name_check CHECK ((name <> ''::text))
    application_signature_application_party_fkey FOREIGN KEY (application, party) REFERENCES application_party(application, party) ON DELETE CASCADE
    application_signature_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX application_signature_live ON public.application_signature USING btree (application, party) WHERE (voided_at IS NULL)

TABLE catalog_search -- The words of the current version of each service
    service text NOT NULL
    version integer NOT NULL
    words tsvector NOT NULL -- Russian and English by their word forms: A the name, B what people say instead, C the rest
    words_tt tsvector NOT NULL -- Tatar as written: PostgreSQL has no Tatar word forms, so the search compares beginnings of words
    catalog_search_version FOREIGN KEY (service, version) REFERENCES catalog_version(service, version)
    catalog_search_pkey PRIMARY KEY (service)
    CREATE INDEX catalog_search_words ON public.catalog_search USING gin (words)
    CREATE INDEX catalog_search_words_tt ON public.catalog_search USING gin (words_tt)

TABLE catalog_version -- Every definition that was ever published. A draft names its version and is read with it for ever
    service text NOT NULL
    version integer NOT NULL
    sha256 text NOT NULL -- Of the definition as JSON with sorted keys: comments and spaces do not make a version
    definition text NOT NULL -- The YAML file as it was
    published_at timestamp with time zone NOT NULL DEFAULT now()
    catalog_version_service_check CHECK ((service <> ''::text))
    catalog_version_sha256_check CHECK ((length(sha256) = 64))
    catalog_version_version_check CHECK ((version > 0))
    catalog_version_pkey PRIMARY KEY (service, version)
    catalog_version_content UNIQUE (service, sha256)

TABLE charge -- What somebody owes (начисление), known to the treasury by its УИН
    id uuid NOT NULL
    uin text NOT NULL
    origin_kind text NOT NULL -- What the charge is for: "application" and the key of the application
    origin_id uuid NOT NULL
    payer uuid NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    amount bigint NOT NULL
    purpose text NOT NULL -- At most 210 characters: field Purpose of GOST R 56042
    service text NOT NULL
    payee text NOT NULL
    payee_from date NOT NULL -- Which requisites were in force when the charge was made
    due timestamp with time zone
    email text NOT NULL DEFAULT ''::text -- Where the receipt goes, if the payer asked for it; so is phone
    phone text NOT NULL DEFAULT ''::text
    status text NOT NULL DEFAULT 'open'::text
    created_at timestamp with time zone NOT NULL
    paid_at timestamp with time zone
    cancelled_at timestamp with time zone
    refund_since timestamp with time zone -- What was paid for came to nothing, and the money is to be returned
    charge_amount_check CHECK ((amount > 0))
    charge_check CHECK (((status = 'paid'::text) = (paid_at IS NOT NULL)))
    charge_check1 CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)))
    charge_check2 CHECK (((refund_since IS NULL) OR (status = 'paid'::text)))
    charge_last_name_check CHECK ((last_name <> ''::text))
    charge_origin_kind_check CHECK ((origin_kind <> ''::text))
    charge_purpose_check CHECK (((length(purpose) >= 1) AND (length(purpose) <= 210)))
    charge_status_check CHECK ((status = ANY (ARRAY['open'::text, 'paid'::text, 'cancelled'::text])))
    charge_uin_check CHECK ((uin ~ '^(\d{20}|\d{25})$'::text))
    charge_payee_payee_from_fkey FOREIGN KEY (payee, payee_from) REFERENCES payee(code, valid_from)
    charge_pkey PRIMARY KEY (id)
    charge_uin_key UNIQUE (uin)
    CREATE UNIQUE INDEX charge_live_origin ON public.charge USING btree (origin_kind, origin_id) WHERE (status <> 'cancelled'::text)
    CREATE INDEX charge_origin_created_at ON public.charge USING btree (origin_kind, origin_id, created_at DESC)

TABLE delivery -- The outbox: one message to a department. Written in the transaction that submits the application
    id uuid NOT NULL -- The idempotency key on both sides
    seq bigint NOT NULL IDENTITY -- Order of sending within an application; given under a lock on it, so that it is also the order of commits
    application_id uuid NOT NULL
    number text NOT NULL
    department text NOT NULL
    service text NOT NULL
    service_version integer NOT NULL
    data bytea NOT NULL -- The application as JSON, sealed by secret.Box
    data_sha256 bytea NOT NULL -- Of the open data, for reconciliation with the department
    state text NOT NULL DEFAULT 'waiting'::text
    rank smallint NOT NULL GENERATED (
CASE state
    WHEN 'stuck'::text THEN 0
    WHEN 'waiting'::text THEN 1
    WHEN 'rejected'::text THEN 2
    ELSE 3
END) -- Order of the staff list: stuck first
    status text -- The last that the department said of it
    reason text NOT NULL DEFAULT ''::text -- Why it is not delivered: the last error, the rejection, or why it is stuck
    attempts integer NOT NULL DEFAULT 0
    last_sequence bigint NOT NULL DEFAULT 0
    job_id bigint -- The River job that may send it: any other job ends at once
    created_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    next_attempt_at timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
    claimed_until timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone -- A worker is sending it; after that time the worker is taken for dead
    expires_at timestamp with time zone -- Set by staff who tried again: counts instead of the age
    late_at timestamp with time zone -- When the citizen was told that it is safe and waits
    delivered_at timestamp with time zone
    delivery_attempts_check CHECK ((attempts >= 0))
    delivery_check CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL)))
    delivery_check1 CHECK (((state <> 'stuck'::text) OR (reason <> ''::text)))
    delivery_data_sha256_check CHECK ((length(data_sha256) = 32))
    delivery_number_check CHECK ((number <> ''::text))
    delivery_service_check CHECK ((service <> ''::text))
    delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'rejected'::text, 'stuck'::text])))
    delivery_status_check CHECK ((status = ANY (ARRAY['sent'::text, 'accepted'::text, 'rejected'::text, 'in_progress'::text, 'completed'::text, 'refused'::text])))
    delivery_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    delivery_pkey PRIMARY KEY (id)
    CREATE INDEX delivery_application_seq ON public.delivery USING btree (application_id, seq)
    CREATE INDEX delivery_number ON public.delivery USING btree (number)
    CREATE INDEX delivery_rank_seq ON public.delivery USING btree (rank, seq DESC)
    CREATE INDEX delivery_waiting_created_at ON public.delivery USING btree (created_at) WHERE (state = 'waiting'::text)

TABLE delivery_attempt -- Each time a message was sent, and what came back
    delivery_id uuid NOT NULL
    n integer NOT NULL
    at timestamp with time zone NOT NULL
    took_ms integer NOT NULL
    answer integer -- HTTP status; NULL when there was no answer
    outcome text NOT NULL
    error text NOT NULL DEFAULT ''::text
    delivery_attempt_answer_check CHECK (((answer >= 100) AND (answer <= 999)))
    delivery_attempt_n_check CHECK ((n > 0))
    delivery_attempt_outcome_check CHECK ((outcome = ANY (ARRAY['accepted'::text, 'received'::text, 'rejected'::text, 'failed'::text])))
    delivery_attempt_took_ms_check CHECK ((took_ms >= 0))
    delivery_attempt_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id)
    delivery_attempt_pkey PRIMARY KEY (delivery_id, n)

TABLE department_endpoint -- Departmental systems. Rows come from configuration only: these are all the addresses that the exchange calls
    code text NOT NULL
    name jsonb NOT NULL
    url text NOT NULL -- Base: messages go to <url>/events, public keys are at <url>/jwks.json
    updated_at timestamp with time zone NOT NULL
    department_endpoint_code_check CHECK ((code ~ '^[a-z][a-z0-9-]{0,62}$'::text))
    department_endpoint_name_check CHECK (((name ->> 'ru'::text) <> ''::text))
    department_endpoint_url_check CHECK (((url ~ '^https?://'::text) AND (url !~ '/$'::text)))
    department_endpoint_pkey PRIMARY KEY (code)

TABLE department_event -- Call-backs of departments, kept for ever: the key is what makes each count exactly once
    department text NOT NULL
    id text NOT NULL
    application_id uuid NOT NULL
    delivery_id uuid NOT NULL
    status text NOT NULL
    text text NOT NULL DEFAULT ''::text
    sequence bigint NOT NULL
    sha256 bytea NOT NULL -- Of the message: the same id with another content is refused
    at timestamp with time zone NOT NULL
    received_at timestamp with time zone NOT NULL
    applied boolean NOT NULL -- False when a later status was there first
    department_event_id_check CHECK ((id <> ''::text))
    department_event_sha256_check CHECK ((length(sha256) = 32))
    department_event_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id)
    department_event_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_event_pkey PRIMARY KEY (department, id)
    CREATE INDEX department_event_delivery_received_at ON public.department_event USING btree (delivery_id, received_at)

TABLE employee -- somebody with a personal password on the inner contour; nobody registers by himself
    id uuid NOT NULL
    organisation_id uuid NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL DEFAULT ''::text
    post text NOT NULL DEFAULT ''::text
    password_hash text NOT NULL -- argon2id, PHC string
    temporary boolean NOT NULL DEFAULT true -- the password was given out by an administrator: good for one thing, to set an own one
    rights text[] NOT NULL DEFAULT '{}'::text[] -- what the employee may open; granted on the request of the head of the body
    blocked_at timestamp with time zone
    password_changed_at timestamp with time zone NOT NULL
    employee_first_name_check CHECK ((first_name <> ''::text))
    employee_last_name_check CHECK ((last_name <> ''::text))
    employee_rights_check CHECK ((rights <@ ARRAY['payments'::text, 'deliveries'::text]))
    employee_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id)
    employee_pkey PRIMARY KEY (id)
    CREATE INDEX employee_by_organisation ON public.employee USING btree (organisation_id, last_name, first_name) WHERE (blocked_at IS NULL)

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

TABLE organisation -- a body whose staff work on the inner contour
    id uuid NOT NULL
    name text NOT NULL
    position integer NOT NULL DEFAULT 0 -- place in the list of the sign-in page; equal ones stand by name
    organisation_name_check CHECK ((name <> ''::text))
    organisation_pkey PRIMARY KEY (id)

TABLE payee -- Treasury requisites by date: the row in force on a day is the latest one from that day or before. Never edited, only added to
    code text NOT NULL
    valid_from date NOT NULL
    name text NOT NULL
    inn text NOT NULL
    kpp text NOT NULL
    bank_name text NOT NULL
    bik text NOT NULL
    corr_account text NOT NULL -- The single treasury account (40102…), field CorrespAcc of the QR code
    account text NOT NULL -- The treasury account (03100…)
    kbk text NOT NULL
    oktmo text NOT NULL
    uin_prefix text NOT NULL -- First 8 digits of the УИН: who makes the charge in the state payments system
    payee_account_check CHECK ((account ~ '^\d{20}$'::text))
    payee_bank_name_check CHECK (((length(bank_name) >= 1) AND (length(bank_name) <= 45)))
    payee_bik_check CHECK ((bik ~ '^[012]\d{8}$'::text))
    payee_code_check CHECK ((code ~ '^[a-z][a-z0-9-]*$'::text))
    payee_corr_account_check CHECK ((corr_account ~ '^(0|\d{20})$'::text))
    payee_inn_check CHECK ((inn ~ '^\d{10}$'::text))
    payee_kbk_check CHECK ((kbk ~ '^\d{20}$'::text))
    payee_kpp_check CHECK ((kpp ~ '^\d{9}$'::text))
    payee_name_check CHECK (((length(name) >= 1) AND (length(name) <= 160)))
    payee_oktmo_check CHECK ((oktmo ~ '^\d{8}(\d{3})?$'::text))
    payee_uin_prefix_check CHECK ((uin_prefix ~ '^\d{8}$'::text))
    payee_pkey PRIMARY KEY (code, valid_from)

TABLE payment -- An attempt to pay a charge. Its key is also the Idempotence-Key at the bank: one attempt is one payment there
    id uuid NOT NULL
    charge_id uuid NOT NULL
    receipt text NOT NULL -- Given from the first click, so that staff also find a payment that has not passed
    acquirer text NOT NULL
    bank_id text
    confirmation_url text
    state text NOT NULL -- mismatch: another amount than charged has come. surplus: money came for a charge that was paid already or cancelled
    events integer NOT NULL DEFAULT 0
    amount bigint NOT NULL
    received bigint -- What the bank says it took, in kopecks
    reason text NOT NULL DEFAULT ''::text
    last_n text NOT NULL -- Name of the payer folded by rus.FoldName; so are first_n and middle_n
    first_n text NOT NULL
    middle_n text NOT NULL
    created_at timestamp with time zone NOT NULL
    paid_at timestamp with time zone
    payment_acquirer_check CHECK ((acquirer <> ''::text))
    payment_amount_check CHECK ((amount > 0))
    payment_check CHECK (((state = ANY (ARRAY['succeeded'::text, 'surplus'::text])) <= (paid_at IS NOT NULL)))
    payment_received_check CHECK ((received >= 0))
    payment_state_check CHECK ((state = ANY (ARRAY['created'::text, 'pending'::text, 'succeeded'::text, 'failed'::text, 'expired'::text, 'mismatch'::text, 'surplus'::text])))
    payment_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    payment_pkey PRIMARY KEY (id)
    payment_acquirer_bank_id_key UNIQUE (acquirer, bank_id)
    payment_receipt UNIQUE (receipt)
    CREATE UNIQUE INDEX one_live_attempt ON public.payment USING btree (charge_id) WHERE (state = ANY (ARRAY['created'::text, 'pending'::text, 'mismatch'::text, 'succeeded'::text]))
    CREATE INDEX payment_charge_id_created_at ON public.payment USING btree (charge_id, created_at DESC)
    CREATE INDEX payment_name_created_at ON public.payment USING btree (last_n, first_n, middle_n, created_at DESC)

TABLE payment_event -- Everything that changed a payment. Append-only
    payment_id uuid NOT NULL
    seq integer NOT NULL
    from_state text NOT NULL
    event text NOT NULL
    to_state text NOT NULL
    source text NOT NULL -- Who told: the payer's click, the bank's answer, a call-back, the page of return, the poll, or another attempt of the charge
    provider_id text NOT NULL DEFAULT ''::text -- The bank's own number of the notice. Not unique: what counts is the truth re-read at the bank, and that may have moved on
    detail text NOT NULL DEFAULT ''::text
    at timestamp with time zone NOT NULL
    payment_event_seq_check CHECK ((seq > 0))
    payment_event_source_check CHECK ((source = ANY (ARRAY['payer'::text, 'answer'::text, 'callback'::text, 'return'::text, 'poll'::text, 'charge'::text])))
    payment_event_from_state_event_to_state_fkey FOREIGN KEY (from_state, event, to_state) REFERENCES payment_transition(from_state, event, to_state)
    payment_event_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    payment_event_pkey PRIMARY KEY (payment_id, seq)

TABLE payment_transition -- The state machine of a payment. An event without a row here changes nothing: a call-back may come twice and in any order
    from_state text NOT NULL
    event text NOT NULL
    to_state text NOT NULL
    payment_transition_pkey PRIMARY KEY (from_state, event)
    payment_transition_from_state_event_to_state_key UNIQUE (from_state, event, to_state)

TABLE schema_migrations
    version integer NOT NULL
    name text NOT NULL
    sha256 text NOT NULL
    applied_at timestamp with time zone NOT NULL DEFAULT now()
    schema_migrations_pkey PRIMARY KEY (version)

CREATE TRIGGER application_guard_submission BEFORE UPDATE OF state ON public.application FOR EACH ROW WHEN (((new.state = 'submitted'::text) AND (old.state <> 'submitted'::text))) EXECUTE FUNCTION application_guard_submission()

CREATE TRIGGER catalog_version_keep BEFORE DELETE OR UPDATE ON public.catalog_version FOR EACH ROW EXECUTE FUNCTION catalog_version_keep()

CREATE TRIGGER journal_note_pending AFTER INSERT ON public.journal FOR EACH ROW EXECUTE FUNCTION journal_note_pending()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_block FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_leaf FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER payment_event_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.payment_event FOR EACH STATEMENT EXECUTE FUNCTION payment_event_refuse_change()
