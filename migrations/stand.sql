-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.

TABLE bank_callback -- Notices to the merchant. They live here, so that a restart goes on where it stopped
    id uuid NOT NULL
    payment_id uuid NOT NULL
    body bytea NOT NULL
    attempts integer NOT NULL DEFAULT 0
    next_at timestamp with time zone -- NULL when delivered or given up
    delivered_at timestamp with time zone
    last_error text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    bank_callback_attempts_check CHECK ((attempts >= 0))
    bank_callback_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES bank_payment(id)
    bank_callback_pkey PRIMARY KEY (id)
    CREATE INDEX bank_callback_next_at ON public.bank_callback USING btree (next_at) WHERE (next_at IS NOT NULL)
    CREATE INDEX bank_callback_payment_id ON public.bank_callback USING btree (payment_id)

TABLE bank_card -- Cards that payers let the bank remember. The merchant knows them by their key alone
    id uuid NOT NULL
    title text NOT NULL
    blocked boolean NOT NULL DEFAULT false
    created_at timestamp with time zone NOT NULL
    bank_card_title_check CHECK ((title <> ''::text))
    bank_card_pkey PRIMARY KEY (id)

TABLE bank_id_code -- What a customer has allowed the bank to tell; deleted by its use
    code_hash bytea NOT NULL
    client_id text NOT NULL
    redirect_uri text NOT NULL
    challenge text NOT NULL
    nonce text NOT NULL
    claims jsonb NOT NULL
    expires_at timestamp with time zone NOT NULL
    bank_id_code_code_hash_check CHECK ((length(code_hash) = 32))
    bank_id_code_pkey PRIMARY KEY (code_hash)

TABLE bank_payment -- The bank's own books
    id uuid NOT NULL
    idempotence_key text NOT NULL
    request_hash bytea NOT NULL -- SHA-256 of the request: the same key with another request is refused
    order_id text NOT NULL
    receipt text NOT NULL
    payee text NOT NULL
    description text NOT NULL
    amount bigint NOT NULL
    currency text NOT NULL
    return_url text NOT NULL
    status text NOT NULL DEFAULT 'pending'::text
    reason text NOT NULL DEFAULT ''::text
    settle_at timestamp with time zone -- The payer chose to pay later: the bank takes the money then
    created_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL
    settled_at timestamp with time zone
    method text NOT NULL DEFAULT 'card'::text
    trick text NOT NULL DEFAULT ''::text -- twice: calls back twice. mute: never calls back. less, more, dollars: takes something else than asked. deny: says no first and yes half a minute later
    flip_at timestamp with time zone -- When a denied payment turns out to be paid
    save boolean NOT NULL DEFAULT false -- The payer lets the bank remember the card
    card uuid -- The remembered card: made by this payment, or paid with
    bank_payment_amount_check CHECK ((amount > 0))
    bank_payment_check CHECK (((status = 'pending'::text) = (settled_at IS NULL)))
    bank_payment_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
    bank_payment_idempotence_key_check CHECK (((length(idempotence_key) >= 1) AND (length(idempotence_key) <= 64)))
    bank_payment_method_check CHECK ((method = ANY (ARRAY['card'::text, 'sbp'::text])))
    bank_payment_order_id_check CHECK ((order_id <> ''::text))
    bank_payment_request_hash_check CHECK ((length(request_hash) = 32))
    bank_payment_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'canceled'::text])))
    bank_payment_trick_check CHECK ((trick = ANY (ARRAY[''::text, 'twice'::text, 'mute'::text, 'less'::text, 'more'::text, 'dollars'::text, 'deny'::text])))
    bank_payment_card_fkey FOREIGN KEY (card) REFERENCES bank_card(id)
    bank_payment_pkey PRIMARY KEY (id)
    bank_payment_idempotence_key UNIQUE (idempotence_key)
    CREATE INDEX bank_payment_created_at ON public.bank_payment USING btree (created_at DESC)
    CREATE INDEX bank_payment_flip_at ON public.bank_payment USING btree (flip_at) WHERE (flip_at IS NOT NULL)
    CREATE INDEX bank_payment_pending_due ON public.bank_payment USING btree (LEAST(settle_at, expires_at)) WHERE (status = 'pending'::text)
    CREATE INDEX bank_payment_settled_at ON public.bank_payment USING btree (settled_at) WHERE (status = 'succeeded'::text)

TABLE bank_refund -- Money that the bank sends back, a few seconds after it was asked to
    id uuid NOT NULL
    idempotence_key text NOT NULL
    payment_id uuid NOT NULL
    amount bigint NOT NULL
    status text NOT NULL
    reason text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    settle_at timestamp with time zone NOT NULL
    settled_at timestamp with time zone
    bank_refund_amount_check CHECK ((amount > 0))
    bank_refund_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'canceled'::text])))
    bank_refund_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES bank_payment(id)
    bank_refund_pkey PRIMARY KEY (id)
    bank_refund_idempotence_key UNIQUE (idempotence_key)
    CREATE INDEX bank_refund_payment_id ON public.bank_refund USING btree (payment_id)
    CREATE INDEX bank_refund_settled_at ON public.bank_refund USING btree (settled_at) WHERE (status = 'succeeded'::text)

TABLE outbox_message -- SMS and e-mail that would have left for people, shown instead
    id uuid NOT NULL
    channel text NOT NULL
    to text NOT NULL
    to_key text NOT NULL -- The recipient as it is searched: digits of a phone, an address in small letters
    sender text NOT NULL DEFAULT ''::text
    subject text NOT NULL DEFAULT ''::text
    text text NOT NULL
    key text -- What the sender calls the message, with the recipient: a repeated message is dropped. NULL without a name
    at timestamp with time zone NOT NULL
    outbox_message_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
    outbox_message_pkey PRIMARY KEY (id)
    outbox_message_key UNIQUE (key)
    CREATE INDEX outbox_message_at ON public.outbox_message USING btree (at DESC, id DESC)
    CREATE INDEX outbox_message_to_key_at ON public.outbox_message USING btree (to_key, at DESC, id DESC)

TABLE post_letter -- Registered letters that the post has taken; one id once
    id uuid NOT NULL
    name text NOT NULL
    address text NOT NULL
    text text NOT NULL
    at timestamp with time zone NOT NULL
    post_letter_pkey PRIMARY KEY (id)
    CREATE INDEX post_letter_at ON public.post_letter USING btree (at DESC)

TABLE register_ask -- Questions that came, without what they ask
    id uuid NOT NULL
    register text NOT NULL
    kind text NOT NULL
    department text NOT NULL
    number text NOT NULL
    times integer NOT NULL DEFAULT 1
    at timestamp with time zone NOT NULL
    register_ask_times_check CHECK ((times > 0))
    register_ask_pkey PRIMARY KEY (id)
    CREATE INDEX register_ask_at ON public.register_ask USING btree (at DESC)

TABLE register_birth -- Records of births by the certificate's number, as register_paper
    number text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    birth_date date NOT NULL
    sex text NOT NULL
    parents text[] NOT NULL -- Full names
    register_birth_number_check CHECK ((number <> ''::text))
    register_birth_parents_check CHECK ((cardinality(parents) > 0))
    register_birth_sex_check CHECK ((sex = ANY (ARRAY['male'::text, 'female'::text])))
    register_birth_pkey PRIMARY KEY (number)

TABLE register_mode -- How each register behaves; no row means normal
    code text NOT NULL
    mode text NOT NULL -- slow answers after a pause; silent after more than anybody waits; down 503; later 202 twice; empty has found nothing; garbage is no answer; forged is not signed by the register
    register_mode_mode_check CHECK ((mode = ANY (ARRAY['normal'::text, 'slow'::text, 'silent'::text, 'down'::text, 'later'::text, 'empty'::text, 'garbage'::text, 'forged'::text])))
    register_mode_pkey PRIMARY KEY (code)

TABLE register_organisation -- Whom the register knows. Of others it answers by a rule, so that newcomers work
    ogrn text NOT NULL -- ОГРН, or ОГРНИП of a sole proprietor
    inn text NOT NULL
    kpp text NOT NULL DEFAULT ''::text
    full_name text NOT NULL
    short_name text NOT NULL DEFAULT ''::text
    legal_form text NOT NULL DEFAULT ''::text
    okved text NOT NULL DEFAULT ''::text
    address text NOT NULL DEFAULT ''::text
    oktmo text NOT NULL DEFAULT ''::text
    status text NOT NULL DEFAULT 'active'::text
    head text NOT NULL -- Full name of who acts without a power of attorney; never told, only compared
    head_snils text NOT NULL
    register_organisation_full_name_check CHECK ((full_name <> ''::text))
    register_organisation_head_check CHECK ((head <> ''::text))
    register_organisation_head_snils_check CHECK ((head_snils ~ '^\d{11}$'::text))
    register_organisation_inn_check CHECK ((inn ~ '^(\d{10}|\d{12})$'::text))
    register_organisation_ogrn_check CHECK ((ogrn ~ '^(\d{13}|\d{15})$'::text))
    register_organisation_status_check CHECK ((status = ANY (ARRAY['active'::text, 'liquidated'::text])))
    register_organisation_pkey PRIMARY KEY (ogrn)
    CREATE INDEX register_organisation_inn ON public.register_organisation USING btree (inn)

TABLE register_paper -- Whose licence, policy, vehicle… that is. Of numbers that it does not know it answers by a rule, so that newcomers work
    kind text NOT NULL
    number text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    birth_date date NOT NULL
    register_paper_number_check CHECK ((number <> ''::text))
    register_paper_pkey PRIMARY KEY (kind, number)

TABLE register_passport -- The interior ministry's register of passports, as register_person
    series text NOT NULL
    number text NOT NULL
    issued_on date NOT NULL
    code text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    birth_date date NOT NULL
    register_passport_number_check CHECK ((number ~ '^[0-9]{6}$'::text))
    register_passport_series_check CHECK ((series ~ '^[0-9]{4}$'::text))
    register_passport_pkey PRIMARY KEY (series, number)

TABLE register_person -- The pension fund's register: whom it knows. Of others it answers by a rule, so that newcomers work
    snils text NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    birth_date date NOT NULL
    sex text NOT NULL
    register_person_sex_check CHECK ((sex = ANY (ARRAY['male'::text, 'female'::text])))
    register_person_snils_check CHECK ((snils ~ '^[0-9]{11}$'::text))
    register_person_pkey PRIMARY KEY (snils)

TABLE register_record -- What registers know beyond people, papers, births and organisations
    kind text NOT NULL
    key text NOT NULL -- Folded name and date of birth, or a number
    answer json NOT NULL
    register_record_key_check CHECK ((key <> ''::text))
    register_record_pkey PRIMARY KEY (kind, key)

TABLE schema_migrations
    version integer NOT NULL
    name text NOT NULL
    sha256 text NOT NULL
    applied_at timestamp with time zone NOT NULL DEFAULT now()
    schema_migrations_pkey PRIMARY KEY (version)

TABLE stand_application -- What a departmental stand has received; id is the message's, so a repeated message adds no row
    department text NOT NULL
    id uuid NOT NULL
    application_id uuid NOT NULL
    number text NOT NULL
    service text NOT NULL
    data json NOT NULL -- json, not jsonb: the order of the fields is the sender's
    sha256 bytea NOT NULL
    state text NOT NULL DEFAULT 'new'::text
    ground text NOT NULL DEFAULT ''::text
    copies integer NOT NULL DEFAULT 1 -- How many times the message came
    received_at timestamp with time zone NOT NULL
    base text NOT NULL DEFAULT ''::text -- Address under which the portal reached the stand: documents are offered there
    stand_application_check CHECK (((state = 'refused'::text) = (ground <> ''::text)))
    stand_application_copies_check CHECK ((copies > 0))
    stand_application_sha256_check CHECK ((length(sha256) = 32))
    stand_application_state_check CHECK ((state = ANY (ARRAY['new'::text, 'accepted'::text, 'completed'::text, 'refused'::text, 'cancelled'::text])))
    stand_application_pkey PRIMARY KEY (department, id)
    CREATE INDEX stand_application_department_received_at ON public.stand_application USING btree (department, received_at DESC)

TABLE stand_callback -- News on their way to the portal. They live here, so that a restart goes on where it stopped
    id uuid NOT NULL
    department text NOT NULL
    delivery_id uuid NOT NULL
    application_id uuid NOT NULL
    sequence bigint NOT NULL
    status text NOT NULL
    text text NOT NULL
    created_at timestamp with time zone NOT NULL
    attempts integer NOT NULL DEFAULT 0
    next_at timestamp with time zone -- NULL when delivered, or refused by the portal for good
    delivered_at timestamp with time zone
    last_error text NOT NULL DEFAULT ''::text
    type text NOT NULL DEFAULT 'tamga.application.status'::text
    data json -- Of the event when it is not a status
    stand_callback_sequence_check CHECK ((sequence > 0))
    stand_callback_department_delivery_id_fkey FOREIGN KEY (department, delivery_id) REFERENCES stand_application(department, id)
    stand_callback_pkey PRIMARY KEY (id)
    stand_callback_department_application_id_sequence_key UNIQUE (department, application_id, sequence)
    CREATE INDEX stand_callback_next_at ON public.stand_callback USING btree (next_at) WHERE (next_at IS NOT NULL)

TABLE stand_certificate -- Certificates of the stands, the newest signs. Their keys lie here in the open: they are worth nothing outside a demo
    department text NOT NULL
    certificate bytea NOT NULL
    private_key bytea NOT NULL
    created_at timestamp with time zone NOT NULL
    stand_certificate_pkey PRIMARY KEY (department, created_at)

TABLE stand_charge -- What a register has charged people with: it tells the portal, until that has taken it, and hears of their payment
    department text NOT NULL
    reference text NOT NULL
    body jsonb NOT NULL -- The data of the message to the portal
    purpose text NOT NULL
    amount bigint NOT NULL
    uin text NOT NULL DEFAULT ''::text -- As the portal knows it; empty until it has taken it
    paid bigint NOT NULL DEFAULT 0
    attempts integer NOT NULL DEFAULT 0
    next_at timestamp with time zone -- When the portal is told next; NULL when it knows, or does not want it
    last_error text NOT NULL DEFAULT ''::text
    stand_charge_amount_check CHECK ((amount > 0))
    stand_charge_pkey PRIMARY KEY (department, reference)
    CREATE INDEX stand_charge_next_at ON public.stand_charge USING btree (next_at) WHERE (next_at IS NOT NULL)

TABLE stand_document -- Results that a stand has issued, for the portal to fetch
    department text NOT NULL
    id uuid NOT NULL
    application_id uuid NOT NULL
    media_type text NOT NULL
    content bytea NOT NULL
    created_at timestamp with time zone NOT NULL
    stand_document_pkey PRIMARY KEY (department, id)

TABLE stand_message -- What citizens have said after they applied: messages, corrections, cancellations
    department text NOT NULL
    id uuid NOT NULL
    application_id uuid NOT NULL
    type text NOT NULL
    data json NOT NULL
    sha256 bytea NOT NULL
    refused text NOT NULL DEFAULT ''::text -- Why the stand did not take it, told again when it comes again
    copies integer NOT NULL DEFAULT 1
    received_at timestamp with time zone NOT NULL
    stand_message_copies_check CHECK ((copies > 0))
    stand_message_sha256_check CHECK ((length(sha256) = 32))
    stand_message_pkey PRIMARY KEY (department, id)
    CREATE INDEX stand_message_application ON public.stand_message USING btree (department, application_id, received_at)

TABLE stand_quittance -- What the portal has said of money for charges: each once, however often it came
    id uuid NOT NULL
    department text NOT NULL
    reference text NOT NULL
    kind text NOT NULL
    receipt text NOT NULL
    amount bigint NOT NULL
    copies integer NOT NULL DEFAULT 1
    taken_at timestamp with time zone NOT NULL
    stand_quittance_amount_check CHECK ((amount > 0))
    stand_quittance_kind_check CHECK ((kind = ANY (ARRAY['paid'::text, 'returned'::text])))
    stand_quittance_pkey PRIMARY KEY (id)
    CREATE INDEX stand_quittance_department ON public.stand_quittance USING btree (department, taken_at)

TABLE stand_reading -- Readings that the portal has told the register of: each once, however often it came
    id uuid NOT NULL
    department text NOT NULL
    number text NOT NULL
    meter text NOT NULL
    value text NOT NULL
    month text NOT NULL
    copies integer NOT NULL DEFAULT 1
    taken_at timestamp with time zone NOT NULL
    stand_reading_pkey PRIMARY KEY (id)
    CREATE INDEX stand_reading_department ON public.stand_reading USING btree (department, taken_at)

TABLE stand_record -- One thing that a departmental system knows and gives to whoever asks by its keys
    department text NOT NULL
    source text NOT NULL
    id text NOT NULL
    keys text[] NOT NULL -- What it is found by, each as name=value; a question finds a record that has all its keys
    title text NOT NULL
    text text NOT NULL DEFAULT ''::text
    amount bigint NOT NULL DEFAULT 0 -- Kopecks; 0 when nothing is owed
    fields jsonb NOT NULL DEFAULT '{}'::jsonb
    position integer NOT NULL
    settled_by uuid -- The application that has paid it: it is not given any more
    settled_at timestamp with time zone
    stand_record_amount_check CHECK ((amount >= 0))
    stand_record_check CHECK (((settled_by IS NULL) = (settled_at IS NULL)))
    stand_record_id_check CHECK ((id <> ''::text))
    stand_record_source_check CHECK ((source ~ '^[a-z][a-z-]*$'::text))
    stand_record_title_check CHECK ((title <> ''::text))
    stand_record_pkey PRIMARY KEY (department, source, id)
    CREATE INDEX stand_record_keys ON public.stand_record USING gin (keys)

TABLE stand_system -- How each departmental stand behaves; no row means normal
    code text NOT NULL
    mode text NOT NULL -- down answers 503; slow answers late; duplicate calls back twice; reject answers 422; drop keeps the message and breaks the answer
    signature text NOT NULL DEFAULT 'jws'::text -- The form in which the stand signs, and in which it wants the portal to
    stand_system_mode_check CHECK ((mode = ANY (ARRAY['normal'::text, 'down'::text, 'slow'::text, 'duplicate'::text, 'reject'::text, 'drop'::text])))
    stand_system_signature_check CHECK ((signature = ANY (ARRAY['jws'::text, 'gost-cms'::text])))
    stand_system_pkey PRIMARY KEY (code)

TABLE stand_utility -- Utility accounts with their meters. The register tells the portal of each until that has taken it
    department text NOT NULL
    number text NOT NULL
    body jsonb NOT NULL
    attempts integer NOT NULL DEFAULT 0
    next_at timestamp with time zone
    last_error text NOT NULL DEFAULT ''::text
    stand_utility_pkey PRIMARY KEY (department, number)

TABLE stand_visit -- Who comes when: to a doctor, an official, a bailiff. The key is what keeps two from one time
    department text NOT NULL
    resource text NOT NULL -- Whom or where: key of a doctor, of an office
    starts_at timestamp with time zone NOT NULL
    application_id uuid NOT NULL
    ticket integer NOT NULL
    stand_visit_resource_check CHECK ((resource <> ''::text))
    stand_visit_ticket_check CHECK ((ticket > 0))
    stand_visit_pkey PRIMARY KEY (department, resource, starts_at)
    CREATE UNIQUE INDEX stand_visit_application ON public.stand_visit USING btree (department, application_id)

TABLE yookassa_book -- What the stand of YooKassa has in its books, as it keeps it
    kind text NOT NULL
    id text NOT NULL
    at timestamp with time zone NOT NULL
    body jsonb NOT NULL
    yookassa_book_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text])))
    yookassa_book_pkey PRIMARY KEY (kind, id)
