-- Written by `make schema` from the migrations. Read it top to bottom; change it by a new migration.

CREATE OR REPLACE FUNCTION public.application_file_forget()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO application_file_gone (id) VALUES (OLD.id) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $function$


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


CREATE OR REPLACE FUNCTION public.catalog_key(word text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT regexp_replace(translate(
        replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(word,
            'shch', 'щ'), 'sch', 'щ'), 'sh', 'ш'), 'ch', 'ч'), 'zh', 'ж'), 'kh', 'х'), 'ц', 'ts'), 'yu', 'ю'), 'iu', 'ю'), 'ju', 'ю'),
            'ya', 'я'), 'ia', 'я'), 'ja', 'я'),
        'абвгдеёжҗзийклмнңоөпрстуүфхһчшщыэәюяcwqxyjъь''’-',
        'abvgdeejjziiklmnnooprstuufhhcwwiaauakvkhii'),
        '(.)\1+', '\1', 'g')
$function$


CREATE OR REPLACE FUNCTION public.catalog_near(asked text)
 RETURNS SETOF catalog_word
 LANGUAGE sql
 STABLE STRICT
 SET enable_seqscan TO 'off'
AS $function$
    SELECT * FROM (
        SELECT * FROM catalog_word
        WHERE left(key, 1) = left(asked, 1) AND length(key) BETWEEN length(asked) - 3 AND length(asked) + 3
            AND levenshtein_less_equal(left(key, 60), left(asked, 60), 4) <= 4
        UNION
        SELECT * FROM catalog_word
        WHERE key = ANY (ARRAY(
            SELECT substr(asked, 2) UNION SELECT substr(asked, 2, 1) || left(asked, 1) || substr(asked, 3)
            UNION SELECT chr(letter) || asked FROM generate_series(97, 122) AS letter
            UNION SELECT chr(letter) || substr(asked, 2) FROM generate_series(97, 122) AS letter))
    ) near
    ORDER BY levenshtein(left(key, 60), left(asked, 60)), key
    LIMIT 16
$function$


CREATE OR REPLACE FUNCTION public.catalog_stem(word text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT (CASE WHEN word ~ '^[a-z0-9]+$' THEN ts_lexize('english_stem', word) ELSE ts_lexize('russian_stem', word) END)[1]
$function$


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


CREATE OR REPLACE FUNCTION public.ledger_balanced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    entry bigint := CASE TG_TABLE_NAME WHEN 'ledger_entry' THEN (to_jsonb(NEW) ->> 'id')::bigint ELSE (to_jsonb(NEW) ->> 'entry_id')::bigint END;
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_posting WHERE entry_id = entry) OR EXISTS (
        SELECT FROM ledger_posting WHERE entry_id = entry GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'ledger entry % does not balance', entry USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
    END IF;
    RETURN NULL;
END $function$


CREATE OR REPLACE FUNCTION public.name_loose(word text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
    SELECT regexp_replace(translate(replace(replace(word, 'дж', 'ж'), 'нг', 'н'), 'яэеюойыгьъ', 'аааууиих'), '(.)\1+', '\1', 'g')
$function$


CREATE OR REPLACE FUNCTION public.name_word_add(p text, w text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF w = '' OR EXISTS (SELECT FROM name_word WHERE part = p AND word = w) THEN
        RETURN;
    END IF;
    INSERT INTO name_word (part, word, loose) VALUES (p, w, name_loose(w)) ON CONFLICT DO NOTHING;
    INSERT INTO name_typo (lacking, part, word)
    SELECT w, p, w
    UNION
    SELECT substr(w, 1, i - 1) || substr(w, i + 1), p, w FROM generate_series(1, length(w)) i
    ON CONFLICT DO NOTHING;
END $function$


CREATE OR REPLACE FUNCTION public.payment_event_move()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE payment
    SET state = NEW.to_state, events = NEW.seq,
        paid_at = CASE WHEN NEW.to_state IN ('succeeded', 'surplus', 'mismatch') THEN coalesce(paid_at, NEW.at) ELSE paid_at END,
        credited = CASE WHEN NEW.to_state IN ('succeeded', 'refunded') THEN credited ELSE 0 END,
        fee_taken = CASE WHEN NEW.to_state IN ('succeeded', 'refunded') THEN fee_taken ELSE 0 END
    WHERE id = NEW.payment_id AND state = NEW.from_state AND events = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'payment % is not in state % after % events', NEW.payment_id, NEW.from_state, NEW.seq - 1 USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $function$


CREATE OR REPLACE FUNCTION public.payment_event_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION 'payment_event is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$


CREATE OR REPLACE FUNCTION public.payment_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'none' OR NEW.events <> 0 THEN
            RAISE EXCEPTION 'a payment begins with an event' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM FROM charge WHERE id = NEW.charge_id AND status = 'open';
        IF NOT FOUND THEN
            RAISE EXCEPTION 'charge % is closed', NEW.charge_id USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_charge_open';
        END IF;
    ELSIF (NEW.state, NEW.events) IS DISTINCT FROM (OLD.state, OLD.events) AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the state of a payment is changed by its events' USING ERRCODE = 'check_violation';
    ELSIF (NEW.id, NEW.charge_id, NEW.receipt, NEW.acquirer, NEW.amount) IS DISTINCT FROM (OLD.id, OLD.charge_id, OLD.receipt, OLD.acquirer, OLD.amount) THEN
        RAISE EXCEPTION 'what a payment is for does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $function$


CREATE OR REPLACE FUNCTION public.payment_name_add()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    half text;
    n    record;
BEGIN
    FOR n IN
        SELECT NEW.last_n AS last_n, NEW.first_n AS first_n, NEW.middle_n AS middle_n
        UNION
        SELECT NEW.payer_last_n, NEW.payer_first_n, NEW.payer_middle_n WHERE NEW.payer_last_n <> ''
        ORDER BY 1, 2, 3
    LOOP
        INSERT INTO payment_name (last_n, first_n, middle_n, created_at, payment_id, amount, service, payee)
        SELECT DISTINCT l, n.first_n, n.middle_n, NEW.created_at, NEW.id, NEW.amount, c.service, c.payee
        FROM charge c, unnest(replace(n.last_n, ' ', '-') || string_to_array(replace(n.last_n, ' ', '-'), '-')) l
        WHERE c.id = NEW.charge_id AND l <> ''
        ON CONFLICT DO NOTHING;
    END LOOP;
    -- in one order always, so that two payments with new words do not wait for each other in a circle
    FOR half IN
        SELECT DISTINCT l COLLATE "C"
        FROM unnest(replace(NEW.last_n, ' ', '-') || string_to_array(replace(NEW.last_n, ' ', '-'), '-')
            || replace(NEW.payer_last_n, ' ', '-') || string_to_array(replace(NEW.payer_last_n, ' ', '-'), '-')) l
        ORDER BY 1
    LOOP
        PERFORM name_word_add('last', half);
    END LOOP;
    PERFORM name_word_add('first', w) FROM (SELECT DISTINCT x COLLATE "C" AS w FROM unnest(ARRAY[NEW.first_n, NEW.payer_first_n]) x ORDER BY 1) o;
    PERFORM name_word_add('middle', w) FROM (
        SELECT DISTINCT x COLLATE "C" AS w
        FROM unnest(ARRAY[NEW.middle_n, split_part(NEW.middle_n, ' ', 1), NEW.payer_middle_n, split_part(NEW.payer_middle_n, ' ', 1)]) x
        ORDER BY 1) o;
    RETURN NULL;
END $function$


CREATE OR REPLACE FUNCTION public.payments_append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $function$


CREATE OR REPLACE FUNCTION public.refund_event_move()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    UPDATE refund
    SET state = NEW.to_state, events = NEW.seq,
        first_by = CASE NEW.event WHEN 'propose' THEN NEW.actor ELSE first_by END,
        second_by = CASE NEW.event WHEN 'approve' THEN NEW.actor ELSE second_by END,
        done_at = CASE NEW.to_state WHEN 'done' THEN NEW.at END
    WHERE id = NEW.refund_id AND state = NEW.from_state AND events = NEW.seq - 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refund % is not in state % after % events', NEW.refund_id, NEW.from_state, NEW.seq - 1 USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $function$


CREATE OR REPLACE FUNCTION public.refund_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.state <> 'none' OR NEW.events <> 0 OR NEW.first_by IS NOT NULL OR NEW.second_by IS NOT NULL) THEN
        RAISE EXCEPTION 'a refund begins with an event' USING ERRCODE = 'check_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.state, NEW.events, NEW.first_by, NEW.second_by) IS DISTINCT FROM (OLD.state, OLD.events, OLD.first_by, OLD.second_by)
        AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'the state of a refund is changed by its events' USING ERRCODE = 'check_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.payment_id, NEW.amount) IS DISTINCT FROM (OLD.id, OLD.payment_id, OLD.amount) THEN
        RAISE EXCEPTION 'what a refund is of does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
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
    keep_answers boolean -- the last choice about «запомнить в моих документах»
    district text NOT NULL DEFAULT ''::text -- chosen on /place; empty: not told
    account_check CHECK (((phone IS NOT NULL) OR (esia_sub IS NOT NULL)))
    account_check1 CHECK (((password_hash IS NULL) OR (phone IS NOT NULL)))
    account_check2 CHECK (((esia_sub IS NULL) = (level = 'none'::text)))
    account_check3 CHECK (((esia_sub IS NULL) = (bound_at IS NULL)))
    account_check4 CHECK (((esia_sub IS NOT NULL) OR (profile IS NULL)))
    account_district_check CHECK ((district ~ '^[a-z-]*$'::text))
    account_epoch_check CHECK ((epoch >= 0))
    account_esia_sub_check CHECK ((esia_sub <> ''::text))
    account_lang_check CHECK ((lang = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    account_level_check CHECK ((level = ANY (ARRAY['none'::text, 'simplified'::text, 'standard'::text, 'confirmed'::text])))
    account_phone_check CHECK ((phone ~ '^\+7[0-9]{10}$'::text))
    account_pkey PRIMARY KEY (id)
    account_esia_sub_key UNIQUE (esia_sub)
    account_phone_key UNIQUE (phone)
    CREATE INDEX account_email_idx ON public.account USING btree (email) WHERE (email <> ''::text)

TABLE account_mute -- Ways of telling that a person has turned off. What keeps the cabinet safe, codes and passwords, is no topic here
    account uuid NOT NULL
    topic text NOT NULL
    channel text NOT NULL
    account_mute_channel_check CHECK ((channel = ANY (ARRAY['sms'::text, 'email'::text])))
    account_mute_topic_check CHECK ((topic = ANY (ARRAY['applications'::text, 'payments'::text, 'support'::text])))
    account_mute_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE
    account_mute_pkey PRIMARY KEY (account, topic, channel)

TABLE account_notice -- What was told to a person by SMS or e-mail, to be read on the site
    id uuid NOT NULL
    account uuid NOT NULL
    kind text NOT NULL
    body bytea NOT NULL -- the text, sealed
    body_hash bytea NOT NULL -- keyed: one notice goes out by several ways and is one line here
    created_at timestamp with time zone NOT NULL
    read_at timestamp with time zone
    account_notice_kind_check CHECK ((kind ~ '^[a-z_]+\.[a-z_]+$'::text))
    account_notice_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE
    account_notice_pkey PRIMARY KEY (id)
    CREATE INDEX account_notice_account_idx ON public.account_notice USING btree (account, created_at DESC)
    CREATE INDEX account_notice_unread_idx ON public.account_notice USING btree (account) WHERE (read_at IS NULL)

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
    kept_until timestamp with time zone NOT NULL -- What is a draft, or over, is erased after this; counted from the last activity by the rule of its service
    created_at timestamp with time zone NOT NULL
    updated_at timestamp with time zone NOT NULL
    submitted_at timestamp with time zone
    organisation jsonb -- The legal entity or sole proprietor as the identity provider told it when the application was begun; NULL: the person acts for himself
    organisation_oid bigint GENERATED (((organisation ->> 'oid'::text))::bigint) -- Its number at the provider: only who acts in its name at the sign-in may open the application
    answer_by timestamp with time zone -- Last day of the department's term, counted at the submission: the same one for the citizen and for staff; NULL when a chosen time takes its place
    control_code text -- With the number it shows anybody that the application was filed, and nothing of what it says
    application_check CHECK (((paid_charge IS NULL) = (paid_at IS NULL)))
    application_check1 CHECK (((NOT refund_due) OR (paid_charge IS NOT NULL)))
    application_check2 CHECK (((number IS NULL) = (submitted_at IS NULL)))
    application_check3 CHECK (((state <> ALL (ARRAY['submitted'::text, 'sent'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'rejected'::text, 'refused'::text])) OR ((number IS NOT NULL) AND (hash IS NOT NULL))))
    application_control_code_check CHECK ((control_code ~ '^[0-9A-Z]{8}$'::text))
    application_hash_check CHECK ((length(hash) = 32))
    application_organisation CHECK (((organisation IS NULL) OR ((organisation ? 'ogrn'::text) AND (organisation ? 'inn'::text) AND (organisation ? 'oid'::text) AND ((organisation ->> 'audience'::text) = ANY (ARRAY['entrepreneur'::text, 'organisation'::text])))))
    application_service_check CHECK ((service <> ''::text))
    application_service_version_check CHECK ((service_version > 0))
    application_state_check CHECK ((state = ANY (ARRAY['draft'::text, 'filling'::text, 'signing'::text, 'paying'::text, 'submitted'::text, 'sent'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'rejected'::text, 'refused'::text, 'declined'::text, 'expired'::text, 'cancelled'::text])))
    application_version_check CHECK ((version > 0))
    application_pkey PRIMARY KEY (id)
    CREATE INDEX application_deadline ON public.application USING btree (deadline) WHERE (state = ANY (ARRAY['filling'::text, 'signing'::text, 'paying'::text]))
    CREATE INDEX application_kept_until ON public.application USING btree (kept_until) WHERE (state = ANY (ARRAY['draft'::text, 'completed'::text, 'rejected'::text, 'refused'::text, 'declined'::text, 'expired'::text, 'cancelled'::text]))
    CREATE UNIQUE INDEX application_number_key ON public.application USING btree (number) WHERE (number IS NOT NULL)
    CREATE INDEX application_organisation_oid ON public.application USING btree (organisation_oid, updated_at DESC) WHERE (organisation_oid IS NOT NULL)

TABLE application_answers -- Answers as JSON sealed by secret.Box: one row per party and one, with party '', of the shared part
    application uuid NOT NULL
    party text NOT NULL
    sealed bytea NOT NULL
    version bigint NOT NULL DEFAULT 1
    updated_at timestamp with time zone NOT NULL
    application_answers_version_check CHECK ((version > 0))
    application_answers_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_answers_pkey PRIMARY KEY (application, party)

TABLE application_appointment -- When and where the department awaits the applicant; a later word takes the place of an earlier one
    application uuid NOT NULL
    at timestamp with time zone NOT NULL
    place text NOT NULL
    note text NOT NULL DEFAULT ''::text
    told_at timestamp with time zone NOT NULL
    application_appointment_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_appointment_pkey PRIMARY KEY (application)

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

TABLE application_correction -- Answers that take the place of those that were submitted, once all parties have signed the new text
    request uuid NOT NULL
    application uuid NOT NULL
    sealed bytea NOT NULL -- All answers as they would be, JSON sealed by secret.Box
    hash bytea NOT NULL -- SHA-256 of the canonical form that they would make
    party text NOT NULL
    saved_at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    application_correction_hash_check CHECK ((length(hash) = 32))
    application_correction_party_check CHECK ((party <> ''::text))
    application_correction_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_correction_request_fkey FOREIGN KEY (request) REFERENCES application_message(id) ON DELETE CASCADE
    application_correction_pkey PRIMARY KEY (request)
    CREATE INDEX application_correction_application ON public.application_correction USING btree (application)

TABLE application_correction_signature -- Who has signed a correction that others have still to sign; a further change of it deletes them
    request uuid NOT NULL
    party text NOT NULL
    person uuid NOT NULL
    name text NOT NULL
    level text NOT NULL
    hash bytea NOT NULL
    signed_at timestamp with time zone NOT NULL
    application_correction_signature_hash_check CHECK ((length(hash) = 32))
    application_correction_signature_name_check CHECK ((name <> ''::text))
    application_correction_signature_request_fkey FOREIGN KEY (request) REFERENCES application_correction(request) ON DELETE CASCADE
    application_correction_signature_pkey PRIMARY KEY (request, party)

TABLE application_document -- A document that the department issued. Its content lies sealed in the folder of files under this id
    id uuid NOT NULL
    application uuid NOT NULL
    name bytea NOT NULL
    media_type text NOT NULL
    size bigint NOT NULL
    sha256 bytea NOT NULL
    signature bytea
    signed text NOT NULL -- intact: the key of the certificate in the signature signed exactly this content; who issued that certificate is not checked
    signer text NOT NULL DEFAULT ''::text
    at timestamp with time zone NOT NULL
    application_document_check CHECK (((signature IS NULL) = (signed = 'none'::text)))
    application_document_media_type_check CHECK ((media_type <> ''::text))
    application_document_sha256_check CHECK ((length(sha256) = 32))
    application_document_signed_check CHECK ((signed = ANY (ARRAY['none'::text, 'intact'::text, 'broken'::text, 'unreadable'::text])))
    application_document_size_check CHECK ((size >= 0))
    application_document_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_document_pkey PRIMARY KEY (id)
    CREATE INDEX application_document_application ON public.application_document USING btree (application, at)

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

TABLE application_file -- An uploaded file. Who takes part in the application may read it, and the staff of its department
    id uuid NOT NULL
    application uuid NOT NULL
    party text NOT NULL -- Whose answers it belongs to, '' for the shared part
    person uuid NOT NULL -- Who sent it. No foreign key: accounts are the portal's
    question text NOT NULL
    name bytea NOT NULL -- As the person named it, sealed by secret.Box
    kind text NOT NULL
    size bigint NOT NULL
    sha256 bytea NOT NULL -- Of the plain content; stands in the answers, so that the signatures cover it
    scan text NOT NULL -- none: no scanner was configured; unavailable: it did not answer, and is asked again; nothing is sent before it says clean
    virus text NOT NULL DEFAULT ''::text
    kept boolean NOT NULL DEFAULT false -- An answer names it. What no answer names for a day is removed
    created_at timestamp with time zone NOT NULL
    scanned_at timestamp with time zone
    message uuid -- What it goes with, when it does not belong to an answer of the form
    application_file_check CHECK (((virus <> ''::text) = (scan = 'infected'::text)))
    application_file_check1 CHECK (((scanned_at IS NULL) = (scan = ANY (ARRAY['none'::text, 'waiting'::text]))))
    application_file_kind_check CHECK ((kind = ANY (ARRAY['pdf'::text, 'jpeg'::text, 'png'::text, 'heic'::text, 'tiff'::text, 'docx'::text, 'xlsx'::text, 'odt'::text])))
    application_file_question_check CHECK ((question <> ''::text))
    application_file_scan_check CHECK ((scan = ANY (ARRAY['none'::text, 'waiting'::text, 'unavailable'::text, 'clean'::text, 'infected'::text])))
    application_file_sha256_check CHECK ((length(sha256) = 32))
    application_file_size_check CHECK ((size > 0))
    application_file_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_file_message_fkey FOREIGN KEY (message) REFERENCES application_message(id) ON DELETE CASCADE
    application_file_pkey PRIMARY KEY (id)
    CREATE INDEX application_file_application ON public.application_file USING btree (application)
    CREATE INDEX application_file_loose ON public.application_file USING btree (created_at) WHERE (NOT kept)
    CREATE INDEX application_file_message ON public.application_file USING btree (message) WHERE (message IS NOT NULL)
    CREATE INDEX application_file_unscanned ON public.application_file USING btree (created_at) WHERE (scan = ANY (ARRAY['waiting'::text, 'unavailable'::text]))

TABLE application_file_gone -- Contents to remove from the folder: their rows are gone, with the draft for one
    id uuid NOT NULL
    gone_at timestamp with time zone NOT NULL DEFAULT now()
    application_file_gone_pkey PRIMARY KEY (id)

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

TABLE application_message -- What the parties and the department say to each other after the submission
    id uuid NOT NULL
    application uuid NOT NULL
    kind text NOT NULL
    party text NOT NULL DEFAULT ''::text -- Who says it; empty for the department
    body bytea NOT NULL -- Text, documents and fields that are asked for, ground of an appeal: JSON sealed by secret.Box
    at timestamp with time zone NOT NULL
    until timestamp with time zone -- Of a request: by when it is to be answered; of an appeal: by when it must be decided
    answered_at timestamp with time zone -- Of a request: when the parties answered; of an appeal: when it was decided
    application_message_check CHECK (((kind <> ALL (ARRAY['request'::text, 'decision'::text])) OR (party = ''::text)))
    application_message_check1 CHECK (((kind <> ALL (ARRAY['answer'::text, 'appeal'::text])) OR (party <> ''::text)))
    application_message_check2 CHECK (((answered_at IS NULL) OR (kind = ANY (ARRAY['request'::text, 'appeal'::text]))))
    application_message_kind_check CHECK ((kind = ANY (ARRAY['message'::text, 'request'::text, 'answer'::text, 'appeal'::text, 'decision'::text])))
    application_message_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    application_message_pkey PRIMARY KEY (id)
    CREATE INDEX application_message_appeal ON public.application_message USING btree (until) WHERE ((kind = 'appeal'::text) AND (answered_at IS NULL))
    CREATE INDEX application_message_appeal_answered ON public.application_message USING btree (answered_at) WHERE ((kind = 'appeal'::text) AND (answered_at IS NOT NULL))
    CREATE INDEX application_message_application ON public.application_message USING btree (application, at)

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

TABLE autopay_key -- Whose charges a rule pays: hashes of the own numbers, and of those of templates
    rule_id uuid NOT NULL
    hash bytea NOT NULL
    autopay_key_hash_check CHECK ((length(hash) = 32))
    autopay_key_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES autopay_rule(id)
    autopay_key_pkey PRIMARY KEY (rule_id, hash)

TABLE autopay_order -- A payment by rule: one for a charge, ever. What fails is told and left to the person
    id uuid NOT NULL
    rule_id uuid NOT NULL
    owner uuid NOT NULL
    charge_id uuid NOT NULL
    total bigint NOT NULL -- As announced, with commission: never more than that is taken
    state text NOT NULL -- over: beyond a limit, told and not paid. gone: paid otherwise meanwhile. skipped: the person said no
    told_at timestamp with time zone NOT NULL
    due_at timestamp with time zone NOT NULL
    payment_id uuid
    reason text NOT NULL DEFAULT ''::text
    autopay_order_state_check CHECK ((state = ANY (ARRAY['announced'::text, 'skipped'::text, 'over'::text, 'paying'::text, 'paid'::text, 'failed'::text, 'gone'::text, 'stopped'::text])))
    autopay_order_total_check CHECK ((total > 0))
    autopay_order_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    autopay_order_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    autopay_order_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES autopay_rule(id)
    autopay_order_pkey PRIMARY KEY (id)
    autopay_order_owner_charge_id_key UNIQUE (owner, charge_id)
    autopay_order_payment_id_key UNIQUE (payment_id)
    CREATE INDEX autopay_order_rule_id ON public.autopay_order USING btree (rule_id, told_at)

TABLE autopay_rule -- What a person lets us pay without asking: kinds of charges, by which card, how much at most. Told a day before
    id uuid NOT NULL
    owner uuid NOT NULL
    kinds text[] NOT NULL
    card_id uuid NOT NULL
    per_payment bigint NOT NULL
    per_month bigint NOT NULL
    created_at timestamp with time zone NOT NULL
    stopped_at timestamp with time zone
    autopay_rule_check CHECK (((per_month >= per_payment) AND (per_month <= 1000000000)))
    autopay_rule_kinds_check CHECK (((kinds <@ ARRAY['register'::text, 'utility'::text, 'department'::text]) AND (cardinality(kinds) > 0)))
    autopay_rule_per_payment_check CHECK (((per_payment >= 100) AND (per_payment <= 100000000)))
    autopay_rule_card_id_fkey FOREIGN KEY (card_id) REFERENCES saved_card(id)
    autopay_rule_pkey PRIMARY KEY (id)
    CREATE INDEX autopay_rule_owner ON public.autopay_rule USING btree (owner) WHERE (stopped_at IS NULL)

TABLE bundle -- Applications begun together; the answers are theirs and are not kept here
    id uuid NOT NULL -- carried by the form, so that one sent twice makes one bundle
    account uuid NOT NULL
    situation text NOT NULL
    created_at timestamp with time zone NOT NULL
    bundle_situation_check CHECK ((situation ~ '^[a-z-]+$'::text))
    bundle_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE
    bundle_pkey PRIMARY KEY (id)
    CREATE INDEX bundle_account_idx ON public.bundle USING btree (account, created_at DESC)

TABLE bundle_application
    bundle uuid NOT NULL
    application uuid NOT NULL
    position integer NOT NULL
    bundle_application_application_fkey FOREIGN KEY (application) REFERENCES application(id) ON DELETE CASCADE
    bundle_application_bundle_fkey FOREIGN KEY (bundle) REFERENCES bundle(id) ON DELETE CASCADE
    bundle_application_pkey PRIMARY KEY (bundle, application)
    CREATE INDEX bundle_application_application_idx ON public.bundle_application USING btree (application)

TABLE catalog_posting -- Which services have a word, and where
    lexeme text NOT NULL -- By catalog_stem; with "=" before it, all the lexemes of a name or a keyword together
    service text NOT NULL
    weight real NOT NULL -- Of the best place: 1 the name, 0.9 a keyword, 0.35 the rest
    catalog_posting_lexeme_check CHECK ((lexeme <> ''::text))
    catalog_posting_weight_check CHECK (((weight > (0)::double precision) AND (weight <= (1)::double precision)))
    catalog_posting_service_fkey FOREIGN KEY (service) REFERENCES catalog_search(service) ON DELETE CASCADE
    catalog_posting_pkey PRIMARY KEY (lexeme, service) INCLUDE (weight)
    CREATE INDEX catalog_posting_service ON public.catalog_posting USING btree (service)

TABLE catalog_publication -- Publications that are planned, made or called off. The newest that is made says which version of a service is current
    id uuid NOT NULL
    service text NOT NULL
    state text NOT NULL
    definition text NOT NULL -- The file as it was when it was given to be published: what the editor saw is what comes out
    sha256 text NOT NULL -- Of the definition, as in catalog_version
    version integer -- Given when it is published, so that a publication that was called off leaves no gap
    actor text NOT NULL -- Id of an employee, or "release" when a release of the program brought the definition
    planned_at timestamp with time zone NOT NULL
    created_at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    failure text NOT NULL DEFAULT ''::text -- Why a planned publication did not come out
    parameters jsonb -- As in catalog_version, when it was given to be published
    catalog_publication_actor_check CHECK ((actor <> ''::text))
    catalog_publication_check CHECK (((state = 'published'::text) = (version IS NOT NULL)))
    catalog_publication_check1 CHECK (((state = 'planned'::text) = (done_at IS NULL)))
    catalog_publication_check2 CHECK (((state = 'failed'::text) = (failure <> ''::text)))
    catalog_publication_parameters_check CHECK ((jsonb_typeof(parameters) = 'array'::text))
    catalog_publication_service_check CHECK ((service <> ''::text))
    catalog_publication_sha256_check CHECK ((length(sha256) = 64))
    catalog_publication_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'published'::text, 'cancelled'::text, 'failed'::text])))
    catalog_publication_version FOREIGN KEY (service, version) REFERENCES catalog_version(service, version)
    catalog_publication_pkey PRIMARY KEY (id)
    CREATE INDEX catalog_publication_current ON public.catalog_publication USING btree (service, done_at DESC) WHERE (state = 'published'::text)
    CREATE INDEX catalog_publication_due ON public.catalog_publication USING btree (planned_at) WHERE (state = 'planned'::text)
    CREATE UNIQUE INDEX catalog_publication_planned ON public.catalog_publication USING btree (service) WHERE (state = 'planned'::text)

TABLE catalog_refusal -- Current versions that a running process cannot serve: it goes on with the version before. Shown at the methodologist's desk
    service text NOT NULL
    process text NOT NULL -- Host and number of the process
    version integer NOT NULL
    reason text NOT NULL
    seen_at timestamp with time zone NOT NULL -- Renewed while the process runs: an old one is of a process that is gone
    catalog_refusal_process_check CHECK ((process <> ''::text))
    catalog_refusal_reason_check CHECK ((reason <> ''::text))
    catalog_refusal_version FOREIGN KEY (service, version) REFERENCES catalog_version(service, version)
    catalog_refusal_pkey PRIMARY KEY (process, service)
    CREATE INDEX catalog_refusal_service ON public.catalog_refusal USING btree (service, version)

TABLE catalog_search -- Which version of each service the search knows
    service text NOT NULL
    version integer NOT NULL
    sum text NOT NULL -- Of the words of the service: a start does not write again what is there
    catalog_search_sum_check CHECK ((sum <> ''::text))
    catalog_search_version FOREIGN KEY (service, version) REFERENCES catalog_version(service, version)
    catalog_search_pkey PRIMARY KEY (service)

TABLE catalog_version -- Every definition that was ever published. A draft names its version and is read with it for ever
    service text NOT NULL
    version integer NOT NULL
    sha256 text NOT NULL -- Of the definition as JSON with sorted keys, and of the parameters that it names: comments and spaces do not make a version
    definition text NOT NULL -- The YAML file as it was
    published_at timestamp with time zone NOT NULL DEFAULT now()
    parameters jsonb -- Rates and sums of parameters.yaml that the definition names, with their days, as they were when it was published. NULL in versions of before this column: those read the parameters of the process
    catalog_version_parameters_check CHECK ((jsonb_typeof(parameters) = 'array'::text))
    catalog_version_service_check CHECK ((service <> ''::text))
    catalog_version_sha256_check CHECK ((length(sha256) = 64))
    catalog_version_version_check CHECK ((version > 0))
    catalog_version_pkey PRIMARY KEY (service, version)
    catalog_version_content UNIQUE (service, sha256)

TABLE catalog_word -- Every word of every service as it is written: for misspelt words and for suggestions
    word text NOT NULL
    lexeme text NOT NULL
    key text NOT NULL GENERATED (catalog_key(word))
    lexeme_key text NOT NULL GENERATED (catalog_key(lexeme))
    catalog_word_pkey PRIMARY KEY (word)
    CREATE INDEX catalog_word_beginning ON public.catalog_word USING btree (key text_pattern_ops)
    CREATE INDEX catalog_word_lexeme ON public.catalog_word USING btree (lexeme)
    CREATE INDEX catalog_word_lexeme_key ON public.catalog_word USING btree (lexeme_key)
    CREATE INDEX catalog_word_shape ON public.catalog_word USING btree ("left"(key, 1), length(key))

TABLE charge -- What somebody owes (начисление), known to the treasury by its УИН
    id uuid NOT NULL
    uin text NOT NULL
    origin_kind text NOT NULL -- application; register: a fine or a tax; utility: the bill of a utility account; department: made through the API
    origin_id uuid NOT NULL -- Key of the application; of the others UUIDv5 of source and reference
    payer uuid -- Account of the payer; NULL when the charge came from outside and is known by numbers alone
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
    source text NOT NULL DEFAULT ''::text -- The outside system that made the charge; empty for ours
    reference text NOT NULL DEFAULT ''::text -- Its number there: of the decision, of the bill
    identity bytea -- Sealed JSON: the payer's numbers (SNILS, INN, СТС…). Found through charge_key
    part_allowed boolean NOT NULL DEFAULT false
    exempt bigint NOT NULL DEFAULT 0 -- What exemptions took off, for good
    discounted bigint NOT NULL DEFAULT 0 -- What the discount took off when the charge was paid
    paid bigint NOT NULL DEFAULT 0 -- Money that has come for it and was not returned
    cancel_reason text NOT NULL DEFAULT ''::text
    events integer NOT NULL DEFAULT 0
    charge_amount_check CHECK ((amount > 0))
    charge_check1 CHECK (((status = 'cancelled'::text) = (cancelled_at IS NOT NULL)))
    charge_discounted_check CHECK ((discounted >= 0))
    charge_exempt_check CHECK ((exempt >= 0))
    charge_last_name_check CHECK ((last_name <> ''::text))
    charge_origin_kind CHECK ((origin_kind = ANY (ARRAY['application'::text, 'register'::text, 'utility'::text, 'department'::text])))
    charge_origin_kind_check CHECK ((origin_kind <> ''::text))
    charge_paid_at CHECK (((status = ANY (ARRAY['paid'::text, 'refunded'::text])) = (paid_at IS NOT NULL)))
    charge_paid_check CHECK ((paid >= 0))
    charge_paid_whole CHECK (((status <> 'paid'::text) OR (((paid + discounted) + exempt) = amount)))
    charge_purpose_check CHECK (((length(purpose) >= 1) AND (length(purpose) <= 210)))
    charge_reference_check CHECK ((length(reference) <= 120))
    charge_refund_since CHECK (((refund_since IS NULL) OR (status = ANY (ARRAY['paid'::text, 'refunded'::text])) OR (paid > 0)))
    charge_source CHECK ((((source = ''::text) = (reference = ''::text)) AND ((source = ''::text) <= (origin_kind = 'application'::text))))
    charge_status_check CHECK ((status = ANY (ARRAY['open'::text, 'paid'::text, 'cancelled'::text, 'refunded'::text])))
    charge_sums CHECK ((((paid + discounted) + exempt) <= amount))
    charge_uin_check CHECK ((uin ~ '^(\d{20}|\d{25})$'::text))
    charge_payee_payee_from_fkey FOREIGN KEY (payee, payee_from) REFERENCES payee(code, valid_from)
    charge_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX charge_live_origin ON public.charge USING btree (origin_kind, origin_id) WHERE (status <> ALL (ARRAY['cancelled'::text, 'refunded'::text]))
    CREATE UNIQUE INDEX charge_live_uin ON public.charge USING btree (uin) WHERE (status <> ALL (ARRAY['cancelled'::text, 'refunded'::text]))
    CREATE INDEX charge_origin_created_at ON public.charge USING btree (origin_kind, origin_id, created_at DESC)
    CREATE INDEX charge_payer_created_at ON public.charge USING btree (payer, created_at DESC) WHERE (payer IS NOT NULL)
    CREATE INDEX charge_phone ON public.charge USING btree (phone) WHERE (phone <> ''::text)
    CREATE INDEX charge_source ON public.charge USING btree (source, id) WHERE (source <> ''::text)
    CREATE INDEX charge_uin_created_at ON public.charge USING btree (uin, created_at DESC)

TABLE charge_claim -- Somebody named the УИН or a number of a charge that is not the own one, and may therefore pay it
    charge_id uuid NOT NULL
    account uuid NOT NULL -- Account of the payer, or key of the browser of a guest: a hash of its cookie
    via text NOT NULL
    at timestamp with time zone NOT NULL
    key_hash bytea -- Keyed hash of the number that was named: a template repeats it
    charge_claim_key_hash_check CHECK ((length(key_hash) = 32))
    charge_claim_via_check CHECK ((via = ANY (ARRAY['uin'::text, 'number'::text])))
    charge_claim_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_claim_pkey PRIMARY KEY (charge_id, account)
    CREATE INDEX charge_claim_account ON public.charge_claim USING btree (account, at DESC)

TABLE charge_discount -- What is taken off when the whole rest is paid before a moment. Of several the largest counts
    charge_id uuid NOT NULL
    until timestamp with time zone NOT NULL
    percent smallint NOT NULL
    ground text NOT NULL
    charge_discount_ground_check CHECK ((ground <> ''::text))
    charge_discount_percent_check CHECK (((percent >= 1) AND (percent <= 100)))
    charge_discount_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_discount_pkey PRIMARY KEY (charge_id, until)

TABLE charge_event -- What happened to a charge. Append-only
    charge_id uuid NOT NULL
    seq integer NOT NULL
    event text NOT NULL
    amount bigint NOT NULL
    actor text NOT NULL
    detail text NOT NULL DEFAULT ''::text
    at timestamp with time zone NOT NULL
    charge_event_actor_check CHECK ((actor <> ''::text))
    charge_event_event_check CHECK ((event = ANY (ARRAY['created'::text, 'clarified'::text, 'exempted'::text, 'cancelled'::text, 'credited'::text, 'paid'::text, 'returned'::text, 'reversed'::text, 'refunded'::text, 'reopened'::text])))
    charge_event_seq_check CHECK ((seq > 0))
    charge_event_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_event_pkey PRIMARY KEY (charge_id, seq)

TABLE charge_key -- Keyed hashes of the numbers by which a payer's charges are found
    hash bytea NOT NULL
    charge_id uuid NOT NULL
    kind text NOT NULL
    charge_key_hash_check CHECK ((length(hash) = 32))
    charge_key_kind_check CHECK ((kind = ANY (ARRAY['snils'::text, 'inn'::text, 'sts'::text, 'licence'::text, 'passport'::text, 'account'::text])))
    charge_key_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_key_pkey PRIMARY KEY (hash, charge_id)
    CREATE INDEX charge_key_charge_id ON public.charge_key USING btree (charge_id)

TABLE charge_line -- What a bill consists of: volume by tariff, and what was recalculated. The lines add up to the amount of the charge
    charge_id uuid NOT NULL
    position integer NOT NULL
    code text NOT NULL
    title text NOT NULL
    unit text NOT NULL DEFAULT ''::text
    volume bigint NOT NULL DEFAULT 0 -- In ten-thousandths of the unit; 0 when nothing was measured
    tariff bigint NOT NULL DEFAULT 0 -- Kopecks for a unit
    charged bigint NOT NULL
    recalculated bigint NOT NULL DEFAULT 0 -- Kopecks, below nothing when too much was charged before
    charge_line_charged_check CHECK (((charged >= 0) AND (charged <= '100000000000'::bigint)))
    charge_line_check CHECK (((charged + recalculated) >= 0))
    charge_line_code_check CHECK ((code ~ '^[a-z][a-z0-9_-]{0,39}$'::text))
    charge_line_position_check CHECK ((("position" >= 1) AND ("position" <= 100)))
    charge_line_recalculated_check CHECK (((recalculated >= '-100000000000'::bigint) AND (recalculated <= '100000000000'::bigint)))
    charge_line_tariff_check CHECK (((tariff >= 0) AND (tariff <= 100000000)))
    charge_line_title_check CHECK (((length(title) >= 1) AND (length(title) <= 120)))
    charge_line_unit_check CHECK ((length(unit) <= 20))
    charge_line_volume_check CHECK (((volume >= 0) AND (volume <= '100000000000'::bigint)))
    charge_line_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_line_pkey PRIMARY KEY (charge_id, "position")
    charge_line_charge_id_code_key UNIQUE (charge_id, code)

TABLE charge_notice -- What departments have said of their charges: each message counts once, however often it comes
    department text NOT NULL
    id text NOT NULL
    type text NOT NULL
    sha256 bytea NOT NULL
    charge_id uuid NOT NULL
    at timestamp with time zone NOT NULL
    charge_notice_id_check CHECK (((length(id) >= 1) AND (length(id) <= 200)))
    charge_notice_sha256_check CHECK ((length(sha256) = 32))
    charge_notice_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    charge_notice_pkey PRIMARY KEY (department, id)
    CREATE INDEX charge_notice_charge_id ON public.charge_notice USING btree (charge_id)

TABLE commission_rule -- What a payer pays on top, by bank, means and kind of charge: the row of the kind counts before that of *, the latest from that day or before. No row is nothing. Never edited, only added to
    acquirer text NOT NULL
    method text NOT NULL
    kind text NOT NULL
    valid_from date NOT NULL
    per_myriad integer NOT NULL -- Hundredths of a percent of what is paid for the charge, half a kopeck rounded up
    least bigint NOT NULL DEFAULT 0 -- In kopecks: not less than this, and not more than most
    most bigint
    commission_rule_acquirer_check CHECK ((acquirer <> ''::text))
    commission_rule_check CHECK ((most >= "least"))
    commission_rule_kind_check CHECK ((kind = ANY (ARRAY['*'::text, 'application'::text, 'register'::text, 'utility'::text, 'department'::text])))
    commission_rule_least_check CHECK (("least" >= 0))
    commission_rule_method_check CHECK ((method = ANY (ARRAY['card'::text, 'sbp'::text])))
    commission_rule_per_myriad_check CHECK (((per_myriad >= 0) AND (per_myriad <= 1000)))
    commission_rule_pkey PRIMARY KEY (acquirer, method, kind, valid_from)

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
    type text NOT NULL DEFAULT 'tamga.application.submitted'::text -- Of the event: what is said about the application
    body_sha256 bytea -- Of the message as it was sent last: the department's digest must name the same
    delivery_attempts_check CHECK ((attempts >= 0))
    delivery_body_sha256_check CHECK ((length(body_sha256) = 32))
    delivery_check CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL)))
    delivery_check1 CHECK (((state <> 'stuck'::text) OR (reason <> ''::text)))
    delivery_data_sha256_check CHECK ((length(data_sha256) = 32))
    delivery_number_check CHECK ((number <> ''::text))
    delivery_service_check CHECK ((service <> ''::text))
    delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'rejected'::text, 'stuck'::text])))
    delivery_status_check CHECK ((status = ANY (ARRAY['sent'::text, 'accepted'::text, 'rejected'::text, 'in_progress'::text, 'completed'::text, 'refused'::text])))
    delivery_type_check CHECK ((type = ANY (ARRAY['tamga.application.submitted'::text, 'tamga.application.message'::text, 'tamga.application.corrected'::text, 'tamga.application.cancelled'::text])))
    delivery_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    delivery_pkey PRIMARY KEY (id)
    CREATE INDEX delivery_application_seq ON public.delivery USING btree (application_id, seq)
    CREATE INDEX delivery_department_delivered_at ON public.delivery USING btree (department, delivered_at) WHERE (state = 'delivered'::text)
    CREATE INDEX delivery_department_waiting ON public.delivery USING btree (department, next_attempt_at) WHERE (state = ANY (ARRAY['waiting'::text, 'stuck'::text]))
    CREATE INDEX delivery_late ON public.delivery USING btree (department) WHERE ((late_at IS NOT NULL) AND (state = ANY (ARRAY['waiting'::text, 'stuck'::text])))
    CREATE INDEX delivery_number ON public.delivery USING btree (number)
    CREATE INDEX delivery_rank_seq ON public.delivery USING btree (rank, seq DESC)
    CREATE INDEX delivery_stuck ON public.delivery USING btree (department) WHERE (state = 'stuck'::text)
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

TABLE department_digest -- Each comparison of what we have sent with what a department says it has received
    department text NOT NULL
    at timestamp with time zone NOT NULL
    since timestamp with time zone NOT NULL
    asked_by text NOT NULL DEFAULT ''::text -- Key of the employee; empty for the nightly round
    compared integer NOT NULL DEFAULT 0
    missing integer NOT NULL DEFAULT 0
    differ integer NOT NULL DEFAULT 0
    unknown integer NOT NULL DEFAULT 0
    problem text NOT NULL DEFAULT ''::text
    department_digest_compared_check CHECK ((compared >= 0))
    department_digest_differ_check CHECK ((differ >= 0))
    department_digest_missing_check CHECK ((missing >= 0))
    department_digest_unknown_check CHECK ((unknown >= 0))
    department_digest_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_digest_pkey PRIMARY KEY (department, at)

TABLE department_endpoint -- Departmental systems. Rows come from configuration only: these are all the addresses that the exchange calls
    code text NOT NULL
    name jsonb NOT NULL
    url text NOT NULL -- Base: messages go to <url>/events, public keys are at <url>/jwks.json
    updated_at timestamp with time zone NOT NULL
    failures integer NOT NULL DEFAULT 0 -- Attempts that failed one after another, of all messages; written only while something fails
    open_until timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone -- The breaker is open: nothing is sent, and after that time one message tries. -infinity: closed
    paused_at timestamp with time zone -- Staff stopped sending
    pause_reason text NOT NULL DEFAULT ''::text
    signature text NOT NULL DEFAULT 'jws'::text -- The form in which both sides sign; what comes in the other is refused
    department_endpoint_check CHECK (((paused_at IS NULL) = (pause_reason = ''::text)))
    department_endpoint_code_check CHECK ((code ~ '^[a-z][a-z0-9-]{0,62}$'::text))
    department_endpoint_failures_check CHECK ((failures >= 0))
    department_endpoint_name_check CHECK (((name ->> 'ru'::text) <> ''::text))
    department_endpoint_signature_check CHECK ((signature = ANY (ARRAY['jws'::text, 'gost-cms'::text])))
    department_endpoint_url_check CHECK (((url ~ '^(https?://|file:///|workplace:)'::text) AND (url !~ '/$'::text)))
    department_endpoint_pkey PRIMARY KEY (code)

TABLE department_event -- Call-backs of departments, kept for ever: the key is what makes each count exactly once
    department text NOT NULL
    id text NOT NULL
    application_id uuid NOT NULL
    delivery_id uuid NOT NULL
    status text NOT NULL -- Of a status; empty otherwise
    text text NOT NULL DEFAULT ''::text
    sequence bigint NOT NULL
    sha256 bytea NOT NULL -- Of the message: the same id with another content is refused
    at timestamp with time zone NOT NULL
    received_at timestamp with time zone NOT NULL
    applied boolean NOT NULL -- False when a later status was there first
    kind text NOT NULL DEFAULT 'status'::text -- What sort of news it is
    department_event_check CHECK (((kind = 'status'::text) = (status <> ''::text)))
    department_event_id_check CHECK ((id <> ''::text))
    department_event_kind_check CHECK ((kind = ANY (ARRAY['status'::text, 'message'::text, 'request'::text, 'result'::text, 'appointment'::text])))
    department_event_sha256_check CHECK ((length(sha256) = 32))
    department_event_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id)
    department_event_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_event_pkey PRIMARY KEY (department, id)
    CREATE INDEX department_event_application ON public.department_event USING btree (application_id)
    CREATE INDEX department_event_appointment ON public.department_event USING btree (delivery_id, sequence) WHERE (kind = 'appointment'::text)
    CREATE INDEX department_event_delivery_received_at ON public.department_event USING btree (delivery_id, received_at)

TABLE department_key -- Keys of departments: those of a JWKS that have signed messages which held, and registered certificates
    department text NOT NULL
    kid text NOT NULL -- The JWKS's name of the key, or the SHA-256 of the certificate
    first_used_at timestamp with time zone
    last_used_at timestamp with time zone -- To the minute
    refused_at timestamp with time zone -- From then on nothing signed with it is taken, whatever the JWKS says
    refused_by text NOT NULL DEFAULT ''::text
    certificate bytea -- X.509 in DER, of gost-cms; its dates are in it
    added_at timestamp with time zone
    added_by text NOT NULL DEFAULT ''::text
    department_key_check CHECK (((refused_at IS NULL) = (refused_by = ''::text)))
    department_key_check1 CHECK (((certificate IS NULL) = (added_at IS NULL)))
    department_key_check2 CHECK (((certificate IS NOT NULL) OR (first_used_at IS NOT NULL)))
    department_key_check3 CHECK (((first_used_at IS NULL) = (last_used_at IS NULL)))
    department_key_kid_check CHECK (((kid <> ''::text) AND (length(kid) <= 2000)))
    department_key_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_key_pkey PRIMARY KEY (department, kid)

TABLE department_payee -- Whose money a department may charge through the API, and what such charges are: nobody charges for another payee
    department text NOT NULL
    payee text NOT NULL
    origin text NOT NULL
    department_payee_department_check CHECK ((department ~ '^[a-z][a-z0-9-]*$'::text))
    department_payee_origin_check CHECK ((origin = ANY (ARRAY['register'::text, 'utility'::text, 'department'::text])))
    department_payee_pkey PRIMARY KEY (department, payee)

TABLE department_refusal -- Messages in a department's name that were not taken. The first of a kind each day is in the journal too: a flood of forgeries costs one row
    department text NOT NULL
    day date NOT NULL
    code text NOT NULL
    count bigint NOT NULL DEFAULT 1
    last_at timestamp with time zone NOT NULL
    last_text text NOT NULL
    last_from inet
    department_refusal_count_check CHECK ((count > 0))
    department_refusal_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_refusal_pkey PRIMARY KEY (department, day, code)

TABLE department_result -- Documents that a department has issued and that we fetch from it before the citizen is told
    department text NOT NULL
    event_id text NOT NULL
    state text NOT NULL DEFAULT 'waiting'::text
    documents jsonb NOT NULL -- Name, media type, size, hash and address of each; what came inside the message is kept here until all are had
    attempts integer NOT NULL DEFAULT 0
    problem text NOT NULL DEFAULT ''::text -- Why the last attempt failed, for staff
    job_id bigint
    next_at timestamp with time zone NOT NULL
    expires_at timestamp with time zone NOT NULL -- After it nobody tries: staff must
    department_result_attempts_check CHECK ((attempts >= 0))
    department_result_check CHECK (((state <> 'failed'::text) OR (problem <> ''::text)))
    department_result_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'kept'::text, 'failed'::text])))
    department_result_department_event_id_fkey FOREIGN KEY (department, event_id) REFERENCES department_event(department, id)
    department_result_pkey PRIMARY KEY (department, event_id)
    CREATE INDEX department_result_failed ON public.department_result USING btree (department) WHERE (state = 'failed'::text)
    CREATE INDEX department_result_waiting ON public.department_result USING btree (next_at) WHERE (state = 'waiting'::text)

TABLE department_trouble -- Each opens an incident of support and closes it when it is over. Without delivery_id it is of the whole department
    id uuid NOT NULL
    department text NOT NULL
    delivery_id uuid
    kind text NOT NULL
    cause text NOT NULL
    raised_at timestamp with time zone NOT NULL
    over_at timestamp with time zone
    department_trouble_cause_check CHECK ((cause <> ''::text))
    department_trouble_kind_check CHECK ((kind = ANY (ARRAY['late'::text, 'stuck'::text, 'result'::text, 'missing'::text, 'differs'::text, 'unknown'::text, 'digest'::text])))
    department_trouble_delivery_id_fkey FOREIGN KEY (delivery_id) REFERENCES delivery(id)
    department_trouble_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_trouble_pkey PRIMARY KEY (id)
    CREATE INDEX department_trouble_delivery ON public.department_trouble USING btree (delivery_id, raised_at)
    CREATE UNIQUE INDEX department_trouble_open ON public.department_trouble USING btree (department, kind, delivery_id) NULLS NOT DISTINCT WHERE (over_at IS NULL)

TABLE department_works -- Planned works of departmental systems, announced a working day before: nothing is sent while they last, and citizens are told
    id uuid NOT NULL
    department text NOT NULL
    starts_at timestamp with time zone NOT NULL
    ends_at timestamp with time zone NOT NULL
    announced_at timestamp with time zone NOT NULL
    announced_by text NOT NULL
    cancelled_at timestamp with time zone
    department_works_announced_by_check CHECK ((announced_by <> ''::text))
    department_works_check CHECK (((starts_at < ends_at) AND (announced_at < starts_at)))
    department_works_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    department_works_pkey PRIMARY KEY (id)
    CREATE INDEX department_works_department ON public.department_works USING btree (department)
    CREATE INDEX department_works_ends_at ON public.department_works USING btree (ends_at) WHERE (cancelled_at IS NULL)

TABLE discount_rule -- Discounts for paying soon, by the day of the decision: the latest row from that day or before. Never edited, only added to
    code text NOT NULL
    valid_from date NOT NULL
    percent smallint NOT NULL
    days integer NOT NULL
    ground text NOT NULL
    discount_rule_code_check CHECK ((code ~ '^[a-z][a-z0-9_]*$'::text))
    discount_rule_days_check CHECK ((days > 0))
    discount_rule_ground_check CHECK ((ground <> ''::text))
    discount_rule_percent_check CHECK (((percent >= 1) AND (percent <= 100)))
    discount_rule_pkey PRIMARY KEY (code, valid_from)

TABLE discrepancy -- Where our books and the bank's word differ. One that is resolved says how and by whom
    id uuid NOT NULL
    kind text NOT NULL -- amount, currency: other than asked has come. surplus: came for nothing. unknown: the bank took money for what we do not know. missing: we have money that the registry has not. unpaid: the bank has money of which we do not know. reversal: the bank took it back. refund: of another amount, unknown to us, or not in the registry. books: the ledger and the tables differ. registry: the bank's file of a day (bank_id) did not come or does not read, or names the line bank_id again
    acquirer text NOT NULL DEFAULT ''::text
    bank_id text NOT NULL DEFAULT ''::text
    payment_id uuid
    ours bigint NOT NULL DEFAULT 0
    theirs bigint NOT NULL DEFAULT 0
    currency text NOT NULL DEFAULT 'RUB'::text
    detail text NOT NULL DEFAULT ''::text
    found_at timestamp with time zone NOT NULL
    resolution text
    resolved_by text
    resolved_at timestamp with time zone
    note text NOT NULL DEFAULT ''::text
    discrepancy_check CHECK ((((resolution IS NULL) = (resolved_at IS NULL)) AND ((resolution IS NULL) = (resolved_by IS NULL))))
    discrepancy_kind_check CHECK ((kind = ANY (ARRAY['amount'::text, 'currency'::text, 'surplus'::text, 'unknown'::text, 'missing'::text, 'unpaid'::text, 'reversal'::text, 'refund'::text, 'books'::text, 'registry'::text])))
    discrepancy_note_check CHECK ((length(note) <= 1000))
    discrepancy_resolution_check CHECK ((resolution = ANY (ARRAY['accepted'::text, 'returned'::text, 'reversed'::text, 'found'::text, 'mended'::text, 'dismissed'::text])))
    discrepancy_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    discrepancy_pkey PRIMARY KEY (id)
    CREATE INDEX discrepancy_dismissed ON public.discrepancy USING btree (acquirer, bank_id, kind) WHERE (resolution = 'dismissed'::text)
    CREATE INDEX discrepancy_open ON public.discrepancy USING btree (found_at) WHERE (resolution IS NULL)
    CREATE UNIQUE INDEX discrepancy_open_bank ON public.discrepancy USING btree (acquirer, bank_id, kind) WHERE ((resolution IS NULL) AND (payment_id IS NULL))
    CREATE UNIQUE INDEX discrepancy_open_payment ON public.discrepancy USING btree (payment_id, kind) WHERE ((resolution IS NULL) AND (payment_id IS NOT NULL))

TABLE document -- «Мои документы»
    id uuid NOT NULL
    account uuid NOT NULL
    kind text NOT NULL -- a step of documents/kinds.yaml
    source text NOT NULL -- own: typed by the person; esia: told by ESIA at the last sign-in
    content bytea NOT NULL -- answers by question, sealed JSON
    verified boolean NOT NULL DEFAULT false -- ESIA says that a register has confirmed it
    created_at timestamp with time zone NOT NULL
    changed_at timestamp with time zone NOT NULL -- of an own one the last change, of one of ESIA's when ESIA told it last
    document_kind_check CHECK ((kind ~ '^[a-z]+$'::text))
    document_source_check CHECK ((source = ANY (ARRAY['own'::text, 'esia'::text])))
    document_verified_by_esia CHECK (((source = 'esia'::text) OR (NOT verified)))
    document_account_fkey FOREIGN KEY (account) REFERENCES account(id) ON DELETE CASCADE
    document_pkey PRIMARY KEY (id)
    CREATE INDEX document_account_idx ON public.document USING btree (account, kind, created_at)

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
    employee_rights_check CHECK ((rights <@ ARRAY['checks'::text, 'workplace'::text, 'support'::text, 'payments'::text, 'deliveries'::text, 'catalog'::text, 'refunds'::text, 'applications'::text]))
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

TABLE ledger_account -- The accounts of the ledger. Debits are positive, credits negative; everything sums up to nothing
    code text NOT NULL
    about text NOT NULL
    ledger_account_pkey PRIMARY KEY (code)

TABLE ledger_entry -- One booking; its postings sum up to nothing. Append-only
    id bigint NOT NULL IDENTITY
    at timestamp with time zone NOT NULL
    kind text NOT NULL
    charge_id uuid
    payment_id uuid
    detail text NOT NULL DEFAULT ''::text
    ledger_entry_kind_check CHECK ((kind = ANY (ARRAY['charge'::text, 'exemption'::text, 'cancellation'::text, 'payment'::text, 'discount'::text, 'refund'::text, 'reversal'::text, 'settlement'::text])))
    ledger_entry_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    ledger_entry_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    ledger_entry_pkey PRIMARY KEY (id)
    ledger_entry_balanced TRIGGER DEFERRABLE INITIALLY DEFERRED
    CREATE INDEX ledger_entry_charge_id ON public.ledger_entry USING btree (charge_id)
    CREATE INDEX ledger_entry_payment_id ON public.ledger_entry USING btree (payment_id) WHERE (payment_id IS NOT NULL)

TABLE ledger_posting
    entry_id bigint NOT NULL
    line smallint NOT NULL
    account text NOT NULL
    currency text NOT NULL DEFAULT 'RUB'::text
    amount bigint NOT NULL -- Kopecks: a debit is positive, a credit negative
    ledger_posting_amount_check CHECK ((amount <> 0))
    ledger_posting_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
    ledger_posting_account_fkey FOREIGN KEY (account) REFERENCES ledger_account(code)
    ledger_posting_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES ledger_entry(id)
    ledger_posting_pkey PRIMARY KEY (entry_id, line)
    ledger_posting_balanced TRIGGER DEFERRABLE INITIALLY DEFERRED

TABLE meter_reading -- A reading that somebody typed. A later one of the same month takes its place; none is changed. The register is told of each
    id uuid NOT NULL
    meter_id uuid NOT NULL
    month date NOT NULL
    seq integer NOT NULL
    value bigint NOT NULL
    given_by uuid NOT NULL
    given_at timestamp with time zone NOT NULL
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone
    refusal text NOT NULL DEFAULT ''::text -- Why the register did not take it; sent_at is then when it said so
    meter_reading_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
    meter_reading_seq_check CHECK ((seq > 0))
    meter_reading_value_check CHECK (((value >= 0) AND (value <= '1000000000000'::bigint)))
    meter_reading_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES utility_meter(id)
    meter_reading_pkey PRIMARY KEY (id)
    meter_reading_meter_id_month_seq_key UNIQUE (meter_id, month, seq)

TABLE name_typo -- A word whole and without each of its letters: two words one edit apart (letter wrong, lost, added, two changed places) share a row's lacking
    lacking text NOT NULL
    part text NOT NULL
    word text NOT NULL
    name_typo_pkey PRIMARY KEY (lacking, part, word)

TABLE name_word -- Each word of payers' names once: hundreds of thousands, however many millions of payments there are. Misspelt names are looked for here
    part text NOT NULL
    word text NOT NULL
    loose text NOT NULL -- By name_loose: the same for spellings of one Tatar name, Әнвәр, Анвар, Энвер
    name_word_part_check CHECK ((part = ANY (ARRAY['last'::text, 'first'::text, 'middle'::text])))
    name_word_pkey PRIMARY KEY (part, word)
    CREATE INDEX name_word_loose ON public.name_word USING btree (loose, part, word)

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
    department text -- Code of the catalogue's department whose staff these are; NULL: none, they open no application
    organisation_department_check CHECK ((department <> ''::text))
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
    treasury boolean NOT NULL DEFAULT true -- Money of a budget: treasury account 03…, КБК and ОКТМО. False for a utility with an account at a bank
    payee_account_check CHECK ((account ~ '^\d{20}$'::text))
    payee_bank_name_check CHECK (((length(bank_name) >= 1) AND (length(bank_name) <= 45)))
    payee_bik_check CHECK ((bik ~ '^[012]\d{8}$'::text))
    payee_code_check CHECK ((code ~ '^[a-z][a-z0-9-]*$'::text))
    payee_corr_account_check CHECK ((corr_account ~ '^(0|\d{20})$'::text))
    payee_inn_check CHECK ((inn ~ '^\d{10}$'::text))
    payee_kbk_check CHECK (((kbk ~ '^\d{20}$'::text) OR ((kbk = ''::text) AND (NOT treasury))))
    payee_kpp_check CHECK ((kpp ~ '^\d{9}$'::text))
    payee_name_check CHECK (((length(name) >= 1) AND (length(name) <= 160)))
    payee_oktmo_check CHECK (((oktmo ~ '^\d{8}(\d{3})?$'::text) OR ((oktmo = ''::text) AND (NOT treasury))))
    payee_treasury_account CHECK (((NOT treasury) OR (account ~~ '03%'::text)))
    payee_uin_prefix_check CHECK ((uin_prefix ~ '^\d{8}$'::text))
    payee_pkey PRIMARY KEY (code, valid_from)

TABLE payment -- An attempt to pay a charge. Its key is also the Idempotence-Key at the bank: one attempt is one payment there
    id uuid NOT NULL
    charge_id uuid NOT NULL
    receipt text NOT NULL -- Given from the first click, so that staff also find a payment that has not passed
    acquirer text NOT NULL
    bank_id text
    confirmation_url text
    state text NOT NULL DEFAULT 'none'::text -- mismatch: another amount or currency than asked has come. surplus: money came for a charge that was paid already or cancelled. reversed: the bank took it back
    events integer NOT NULL DEFAULT 0
    amount bigint NOT NULL -- What is paid for the charge; the bank is asked for amount and fee
    received bigint -- What the bank says it took, in kopecks
    reason text NOT NULL DEFAULT ''::text
    last_n text NOT NULL -- Name of the payer folded by rus.FoldName; so are first_n and middle_n. Found through payment_name
    first_n text NOT NULL
    middle_n text NOT NULL
    created_at timestamp with time zone NOT NULL
    paid_at timestamp with time zone
    method text NOT NULL DEFAULT 'card'::text
    part boolean NOT NULL DEFAULT false -- One of several payments of the charge: does not pay the whole rest
    discount bigint NOT NULL DEFAULT 0 -- The discount that was in force when the payer clicked: promised, if this payment succeeds
    email text NOT NULL DEFAULT ''::text -- Where the receipt and the bank's cheque go, as typed at the click: a bank refuses the same order with other words
    paid_by uuid -- Who pays, not always the payer of the charge: an account, or the key of a guest's browser
    currency text NOT NULL DEFAULT 'RUB'::text -- Of what was received
    credited bigint NOT NULL DEFAULT 0 -- How much of what was received the charge has taken; the rest of it is to be returned
    reserved bigint NOT NULL DEFAULT 0 -- What refunds under way and done take of it: never more than was received
    refunded bigint NOT NULL DEFAULT 0
    qr text NOT NULL DEFAULT ''::text -- What the QR code of the fast payment system says
    registry_day date -- The day of the bank's registry in which it was found
    fee bigint NOT NULL DEFAULT 0 -- Commission that the payer was shown and has agreed to
    fee_taken bigint NOT NULL DEFAULT 0 -- How much of what was received is that commission; what came for nothing goes back with it
    save_card boolean NOT NULL DEFAULT false -- The payer lets the bank remember the card
    card_id uuid -- Paid by this remembered card: nobody goes to the bank
    payer_last text NOT NULL DEFAULT ''::text -- Name of who pays for another; empty when the payer of the charge pays, or nobody has said. payer_last_n and the next: folded
    payer_first text NOT NULL DEFAULT ''::text
    payer_middle text NOT NULL DEFAULT ''::text
    payer_last_n text NOT NULL DEFAULT ''::text
    payer_first_n text NOT NULL DEFAULT ''::text
    payer_middle_n text NOT NULL DEFAULT ''::text
    shared boolean NOT NULL DEFAULT false -- Somebody else than who began it was led to its page at the bank: the card that pays is remembered for nobody
    payment_acquirer_check CHECK ((acquirer <> ''::text))
    payment_amount_check CHECK ((amount > 0))
    payment_check CHECK (((fee_taken >= 0) AND (fee_taken <= fee)))
    payment_credited CHECK (((credited = 0) OR (state = ANY (ARRAY['succeeded'::text, 'refunded'::text]))))
    payment_credited_check CHECK ((credited >= 0))
    payment_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
    payment_discount_check CHECK ((discount >= 0))
    payment_fee_check CHECK ((fee >= 0))
    payment_fee_taken CHECK (((fee_taken = 0) OR (state = ANY (ARRAY['succeeded'::text, 'refunded'::text]))))
    payment_method_check CHECK ((method = ANY (ARRAY['card'::text, 'sbp'::text])))
    payment_paid_at CHECK (((state = ANY (ARRAY['succeeded'::text, 'surplus'::text, 'refunded'::text, 'reversed'::text])) <= (paid_at IS NOT NULL)))
    payment_received_check CHECK ((received >= 0))
    payment_returned CHECK (((0 <= refunded) AND (refunded <= reserved) AND (reserved <= COALESCE(received, (0)::bigint))))
    payment_state_check CHECK ((state = ANY (ARRAY['none'::text, 'created'::text, 'pending'::text, 'authorised'::text, 'succeeded'::text, 'failed'::text, 'expired'::text, 'mismatch'::text, 'surplus'::text, 'refunded'::text, 'reversed'::text])))
    payment_taken CHECK (((credited + fee_taken) <= COALESCE(received, (0)::bigint)))
    payment_card_id_fkey FOREIGN KEY (card_id) REFERENCES saved_card(id)
    payment_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    payment_pkey PRIMARY KEY (id)
    payment_acquirer_bank_id_key UNIQUE (acquirer, bank_id)
    payment_receipt UNIQUE (receipt)
    CREATE UNIQUE INDEX one_live_attempt ON public.payment USING btree (charge_id) WHERE ((state = ANY (ARRAY['created'::text, 'pending'::text, 'authorised'::text, 'mismatch'::text])) OR ((state = 'succeeded'::text) AND (NOT part)))
    CREATE INDEX payment_bank_id ON public.payment USING btree (acquirer, paid_at) WHERE ((registry_day IS NULL) AND (paid_at IS NOT NULL))
    CREATE INDEX payment_charge_id_created_at ON public.payment USING btree (charge_id, created_at DESC)
    CREATE INDEX payment_created_at ON public.payment USING btree (created_at)
    CREATE INDEX payment_paid_by ON public.payment USING btree (paid_by, created_at DESC) WHERE ((paid_by IS NOT NULL) AND (paid_at IS NOT NULL))
    CREATE INDEX payment_unsettled ON public.payment USING btree (created_at) WHERE (state = ANY (ARRAY['created'::text, 'pending'::text, 'authorised'::text]))

TABLE payment_access_person -- One of the list of a request. Access is what is approved, from the day to the day of the request, until it is ended
    request_id uuid NOT NULL
    position integer NOT NULL
    last_name text NOT NULL
    first_name text NOT NULL
    middle_name text NOT NULL
    post text NOT NULL
    phone text NOT NULL
    approved boolean
    reason text NOT NULL DEFAULT ''::text
    employee_id uuid -- Who signs in by that name in the body: found there, or made when access was approved
    password bytea -- Sealed: the temporary password of one who was made; the head hands it over
    ended_at timestamp with time zone
    ended_by uuid
    end_reason text NOT NULL DEFAULT ''::text
    payment_access_end CHECK ((((ended_at IS NULL) = (ended_by IS NULL)) AND ((ended_at IS NULL) OR approved)))
    payment_access_person_first_name_check CHECK ((first_name <> ''::text))
    payment_access_person_last_name_check CHECK ((last_name <> ''::text))
    payment_access_person_post_check CHECK (((length(post) >= 1) AND (length(post) <= 200)))
    payment_access_reason CHECK (((approved IS DISTINCT FROM false) OR (reason <> ''::text)))
    payment_access_whom CHECK ((COALESCE(approved, false) = (employee_id IS NOT NULL)))
    payment_access_person_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES employee(id)
    payment_access_person_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES employee(id)
    payment_access_person_request_id_fkey FOREIGN KEY (request_id) REFERENCES payment_access_request(id)
    payment_access_person_pkey PRIMARY KEY (request_id, "position")
    CREATE INDEX payment_access_person_employee ON public.payment_access_person USING btree (employee_id) WHERE approved

TABLE payment_access_request -- Request of the head of a body to the ministry for access of its staff to payment control, with a list of them
    id uuid NOT NULL
    number bigint NOT NULL IDENTITY
    organisation_id uuid NOT NULL
    head_id uuid NOT NULL
    head_name text NOT NULL -- As it was when the request was signed; so is head_post
    head_post text NOT NULL
    purpose text NOT NULL
    starts_on date NOT NULL
    ends_on date NOT NULL
    asked_at timestamp with time zone NOT NULL
    decided_at timestamp with time zone
    decided_by uuid
    payment_access_decided CHECK (((decided_at IS NULL) = (decided_by IS NULL)))
    payment_access_request_purpose_check CHECK (((length(purpose) >= 1) AND (length(purpose) <= 500)))
    payment_access_term CHECK (((starts_on <= ends_on) AND (ends_on <= (starts_on + 366))))
    payment_access_request_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES employee(id)
    payment_access_request_head_id_fkey FOREIGN KEY (head_id) REFERENCES employee(id)
    payment_access_request_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id)
    payment_access_request_pkey PRIMARY KEY (id)
    CREATE INDEX payment_access_request_organisation ON public.payment_access_request USING btree (organisation_id, asked_at DESC)
    CREATE INDEX payment_access_request_waiting ON public.payment_access_request USING btree (asked_at) WHERE (decided_at IS NULL)

TABLE payment_call -- A call of a department's employee to the contact centre, who must say the own name, the department and the purpose before anything is told
    id uuid NOT NULL
    operator text NOT NULL
    caller bytea NOT NULL -- Sealed: the caller's own name
    department text NOT NULL
    purpose text NOT NULL
    started_at timestamp with time zone NOT NULL
    ends_at timestamp with time zone NOT NULL
    payment_call_department_check CHECK (((length(department) >= 1) AND (length(department) <= 200)))
    payment_call_operator_check CHECK ((operator <> ''::text))
    payment_call_purpose_check CHECK (((length(purpose) >= 1) AND (length(purpose) <= 300)))
    payment_call_pkey PRIMARY KEY (id)

TABLE payment_client -- A system of a department that looks payments up through the API, by a key that the ministry issued
    id uuid NOT NULL
    organisation_id uuid NOT NULL
    name text NOT NULL
    key_hash bytea NOT NULL -- SHA-256 of the key: it is random and long, and shown once
    per_minute integer NOT NULL
    issued_by uuid NOT NULL
    issued_at timestamp with time zone NOT NULL
    ends_on date NOT NULL
    revoked_at timestamp with time zone
    used_at timestamp with time zone
    payment_client_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200)))
    payment_client_per_minute_check CHECK (((per_minute >= 1) AND (per_minute <= 600)))
    payment_client_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES employee(id)
    payment_client_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id)
    payment_client_pkey PRIMARY KEY (id)
    payment_client_key_hash_key UNIQUE (key_hash)

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
    actor text NOT NULL DEFAULT ''::text -- The employee who pressed the button
    payment_event_seq_check CHECK ((seq > 0))
    payment_event_source_check CHECK ((source = ANY (ARRAY['payer'::text, 'answer'::text, 'callback'::text, 'return'::text, 'poll'::text, 'charge'::text, 'staff'::text, 'registry'::text, 'refund'::text])))
    payment_event_from_state_event_to_state_fkey FOREIGN KEY (from_state, event, to_state) REFERENCES payment_transition(from_state, event, to_state)
    payment_event_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    payment_event_pkey PRIMARY KEY (payment_id, seq)

TABLE payment_line -- Which lines of the bill a payment is for: those that its payer chose, or all of them in proportion
    payment_id uuid NOT NULL
    charge_id uuid NOT NULL
    position integer NOT NULL
    amount bigint NOT NULL
    payment_line_amount_check CHECK ((amount > 0))
    payment_line_charge_id_position_fkey FOREIGN KEY (charge_id, "position") REFERENCES charge_line(charge_id, "position")
    payment_line_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    payment_line_pkey PRIMARY KEY (payment_id, "position")
    CREATE INDEX payment_line_charge_id ON public.payment_line USING btree (charge_id, "position")

TABLE payment_lookup -- Each look-up of payments, for the head who watches over them; the journal holds the same for the citizen
    id bigint NOT NULL IDENTITY
    at timestamp with time zone NOT NULL
    actor text NOT NULL
    organisation uuid -- Of the employee at that moment
    kind text NOT NULL
    purpose text NOT NULL
    call_id uuid
    query bytea NOT NULL -- Keyed hash of what was looked for: tells that it is the same again, not what it was
    hits integer NOT NULL
    exported boolean NOT NULL DEFAULT false
    asker bytea -- Sealed: through the API, the employee whom the department's system named
    payment_lookup_actor_check CHECK ((actor <> ''::text))
    payment_lookup_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'uin'::text, 'application'::text, 'phone'::text, 'name'::text])))
    payment_lookup_purpose_check CHECK ((purpose <> ''::text))
    payment_lookup_call_id_fkey FOREIGN KEY (call_id) REFERENCES payment_call(id)
    payment_lookup_pkey PRIMARY KEY (id)
    CREATE INDEX payment_lookup_actor ON public.payment_lookup USING btree (actor, at)
    CREATE INDEX payment_lookup_organisation ON public.payment_lookup USING btree (organisation, at)

TABLE payment_lookup_seen -- Whose payments a look-up showed
    lookup_id bigint NOT NULL
    person bytea NOT NULL -- Keyed hash of the folded name
    own boolean NOT NULL -- The name is the employee's own
    payment_lookup_seen_lookup_id_fkey FOREIGN KEY (lookup_id) REFERENCES payment_lookup(id)
    payment_lookup_seen_pkey PRIMARY KEY (lookup_id, person)

TABLE payment_name -- Under which names a payment is found: one row, and one more for each half of a double surname. Names are folded by rus.FoldName
    last_n text NOT NULL -- The surname, with a hyphen where there was a space; or one half of it
    first_n text NOT NULL
    middle_n text NOT NULL
    created_at timestamp with time zone NOT NULL
    payment_id uuid NOT NULL
    amount bigint NOT NULL -- Of the payment; service and payee are its charge's: what a search is narrowed by
    service text NOT NULL
    payee text NOT NULL
    payment_name_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    payment_name_whole PRIMARY KEY (last_n, first_n, middle_n, created_at, payment_id)
    CREATE INDEX payment_name_newest ON public.payment_name USING btree (last_n, created_at, payment_id) INCLUDE (first_n, middle_n, amount, service, payee)

TABLE payment_role -- payments_head: asks for access for the staff of the own body and watches over it. payments_access: the ministry, which approves it
    employee_id uuid NOT NULL
    role text NOT NULL
    payment_role_role_check CHECK ((role = ANY (ARRAY['payments_head'::text, 'payments_access'::text])))
    payment_role_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES employee(id)
    payment_role_pkey PRIMARY KEY (employee_id, role)

TABLE payment_template -- What somebody pays again and again: the number that was named, hashed, and to whom
    id uuid NOT NULL
    owner uuid NOT NULL
    title text NOT NULL
    key_hash bytea NOT NULL
    payee text NOT NULL
    created_at timestamp with time zone NOT NULL
    removed_at timestamp with time zone
    payment_template_key_hash_check CHECK ((length(key_hash) = 32))
    payment_template_title_check CHECK (((length(title) >= 1) AND (length(title) <= 80)))
    payment_template_pkey PRIMARY KEY (id)
    payment_template_owner_key_hash_payee_key UNIQUE (owner, key_hash, payee)

TABLE payment_transition -- The state machine of a payment. An event without a row here changes nothing: a call-back may come twice and in any order
    from_state text NOT NULL
    event text NOT NULL
    to_state text NOT NULL
    payment_transition_pkey PRIMARY KEY (from_state, event)
    payment_transition_from_state_event_to_state_key UNIQUE (from_state, event, to_state)

TABLE payment_watch_note -- What the head found out about look-ups that stood out: work, needed for work; talked, the employee was talked to; ended, access was ended
    organisation_id uuid NOT NULL
    actor text NOT NULL
    kind text NOT NULL
    day date NOT NULL
    outcome text NOT NULL
    note text NOT NULL
    noted_by uuid NOT NULL
    noted_at timestamp with time zone NOT NULL
    payment_watch_note_note_check CHECK (((length(note) >= 1) AND (length(note) <= 500)))
    payment_watch_note_outcome_check CHECK ((outcome = ANY (ARRAY['work'::text, 'talked'::text, 'ended'::text])))
    payment_watch_note_kind_fkey FOREIGN KEY (kind) REFERENCES payment_watch_rule(kind)
    payment_watch_note_noted_by_fkey FOREIGN KEY (noted_by) REFERENCES employee(id)
    payment_watch_note_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES organisation(id)
    payment_watch_note_pkey PRIMARY KEY (organisation_id, actor, kind, day)

TABLE payment_watch_rule -- From how many look-ups on a day the head is shown an employee: hour, within one hour; own, of the own name; same_person, of one person; night, before 7, from 20 on or on a day off; empty, without a result within an hour; export, taken away as files
    kind text NOT NULL
    threshold integer NOT NULL
    payment_watch_rule_kind_check CHECK ((kind = ANY (ARRAY['hour'::text, 'day'::text, 'own'::text, 'same_person'::text, 'night'::text, 'empty'::text, 'export'::text])))
    payment_watch_rule_threshold_check CHECK ((threshold > 0))
    payment_watch_rule_pkey PRIMARY KEY (kind)

TABLE quittance -- Notices to the outside owner of a charge: money came for it, or went back. Each once, until the owner has taken it
    id uuid NOT NULL
    charge_id uuid NOT NULL
    payment_id uuid NOT NULL
    kind text NOT NULL
    amount bigint NOT NULL -- What the charge took of the payment, in kopecks
    at timestamp with time zone NOT NULL
    attempts integer NOT NULL DEFAULT 0
    sent_at timestamp with time zone -- When the owner took it; NULL while it waits
    last_error text NOT NULL DEFAULT ''::text -- Of the newest attempt; empty when it was taken, or nobody has tried yet
    tried_at timestamp with time zone
    refund_id uuid -- By what the money went back; NULL when it came, or the bank took it back
    quittance_amount_check CHECK ((amount > 0))
    quittance_kind_check CHECK ((kind = ANY (ARRAY['paid'::text, 'returned'::text])))
    quittance_charge_id_fkey FOREIGN KEY (charge_id) REFERENCES charge(id)
    quittance_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    quittance_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refund(id)
    quittance_pkey PRIMARY KEY (id)
    CREATE INDEX quittance_charge_id ON public.quittance USING btree (charge_id)
    CREATE UNIQUE INDEX quittance_once ON public.quittance USING btree (payment_id, kind, refund_id) NULLS NOT DISTINCT
    CREATE INDEX quittance_waiting ON public.quittance USING btree (at) WHERE (sent_at IS NULL)

TABLE refund -- Money on its way back. Its key is the Idempotence-Key at the bank. Two different people let it go
    id uuid NOT NULL
    payment_id uuid NOT NULL
    amount bigint NOT NULL
    ground text NOT NULL
    note text NOT NULL DEFAULT ''::text
    state text NOT NULL DEFAULT 'none'::text
    events integer NOT NULL DEFAULT 0
    first_by text -- The employee who proposed it; NULL while only the portal has asked for it
    second_by text -- The employee who approved it: never the first
    bank_id text
    reason text NOT NULL DEFAULT ''::text
    created_at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    refund_amount_check CHECK ((amount > 0))
    refund_approved CHECK (((state <> ALL (ARRAY['approved'::text, 'sent'::text, 'done'::text, 'refused'::text])) OR ((first_by IS NOT NULL) AND (second_by IS NOT NULL))))
    refund_check CHECK (((state = 'done'::text) = (done_at IS NOT NULL)))
    refund_ground_check CHECK ((ground = ANY (ARRAY['surplus'::text, 'mismatch'::text, 'refusal'::text, 'withdrawal'::text, 'error'::text, 'court'::text])))
    refund_note_check CHECK ((length(note) <= 1000))
    refund_state_check CHECK ((state = ANY (ARRAY['none'::text, 'asked'::text, 'proposed'::text, 'approved'::text, 'sent'::text, 'done'::text, 'refused'::text, 'rejected'::text])))
    refund_two_people CHECK ((first_by <> second_by))
    refund_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    refund_pkey PRIMARY KEY (id)
    CREATE INDEX refund_open ON public.refund USING btree (created_at) WHERE (state = ANY (ARRAY['asked'::text, 'proposed'::text, 'approved'::text, 'sent'::text]))
    CREATE INDEX refund_payment_id ON public.refund USING btree (payment_id, created_at)

TABLE refund_event -- Everything that changed a refund. Append-only
    refund_id uuid NOT NULL
    seq integer NOT NULL
    from_state text NOT NULL
    event text NOT NULL
    to_state text NOT NULL
    actor text NOT NULL
    detail text NOT NULL DEFAULT ''::text
    at timestamp with time zone NOT NULL
    refund_event_actor_check CHECK ((actor <> ''::text))
    refund_event_seq_check CHECK ((seq > 0))
    refund_event_from_state_event_to_state_fkey FOREIGN KEY (from_state, event, to_state) REFERENCES refund_transition(from_state, event, to_state)
    refund_event_refund_id_fkey FOREIGN KEY (refund_id) REFERENCES refund(id)
    refund_event_pkey PRIMARY KEY (refund_id, seq)

TABLE refund_transition -- The state machine of a refund
    from_state text NOT NULL
    event text NOT NULL
    to_state text NOT NULL
    refund_transition_pkey PRIMARY KEY (from_state, event)
    refund_transition_from_state_event_to_state_key UNIQUE (from_state, event, to_state)

TABLE register_check -- A question of a department to a register about an application
    id uuid NOT NULL
    department text NOT NULL
    application uuid NOT NULL
    number text NOT NULL
    kind text NOT NULL
    register text NOT NULL
    asker uuid -- The employee; NULL: the rule of the service asked
    subject uuid -- Account of whom it is about: that person sees it among who looked; NULL when nobody knows one
    question bytea NOT NULL -- Sealed; empty when it is kept no longer
    question_key bytea NOT NULL -- Keyed hash of the question in its one form: equal questions share an answer while it is fresh
    state text NOT NULL DEFAULT 'asked'::text
    outcome text NOT NULL DEFAULT ''::text
    differs text[] NOT NULL DEFAULT '{}'::text[] -- What does not agree with the question: keys of texts
    answer bytea
    reused uuid -- The check whose answer was still fresh: the register was not asked
    attempts integer NOT NULL DEFAULT 0
    problem text NOT NULL DEFAULT ''::text -- Why there is no answer; nothing of what was asked
    asked_at timestamp with time zone NOT NULL
    ended_at timestamp with time zone
    answered_at timestamp with time zone -- When the register answered, of a reused answer the first time
    fresh_until timestamp with time zone
    keep_until timestamp with time zone -- Question and answer are erased then; NULL: they are, or there is no end yet
    register_check_check CHECK (((state = 'asked'::text) = (ended_at IS NULL)))
    register_check_check1 CHECK (((state = 'answered'::text) = (outcome <> ''::text)))
    register_check_check2 CHECK (((state = 'answered'::text) = (answered_at IS NOT NULL)))
    register_check_kind_check CHECK ((kind = ANY (ARRAY['person'::text, 'snils'::text, 'passport'::text, 'inn'::text, 'marriage'::text, 'birth'::text, 'residence'::text, 'income'::text, 'organisation'::text])))
    register_check_number_check CHECK ((number <> ''::text))
    register_check_outcome_check CHECK ((outcome = ANY (ARRAY[''::text, 'confirmed'::text, 'differs'::text, 'told'::text, 'not_found'::text])))
    register_check_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'answered'::text, 'failed'::text, 'timed_out'::text])))
    register_check_asker_fkey FOREIGN KEY (asker) REFERENCES employee(id)
    register_check_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    register_check_register_fkey FOREIGN KEY (register) REFERENCES register_endpoint(code)
    register_check_reused_fkey FOREIGN KEY (reused) REFERENCES register_check(id)
    register_check_pkey PRIMARY KEY (id)
    CREATE INDEX register_check_application ON public.register_check USING btree (application, asked_at DESC)
    CREATE INDEX register_check_fresh ON public.register_check USING btree (department, kind, question_key, fresh_until) WHERE (state = 'answered'::text)
    CREATE INDEX register_check_keep ON public.register_check USING btree (keep_until) WHERE (keep_until IS NOT NULL)
    CREATE INDEX register_check_list ON public.register_check USING btree (department, asked_at DESC, id)

TABLE register_check_attempt -- Each time a register was asked, and what came back
    check_id uuid NOT NULL
    n integer NOT NULL
    at timestamp with time zone NOT NULL
    took_ms integer NOT NULL
    status integer
    outcome text NOT NULL
    problem text NOT NULL DEFAULT ''::text
    register_check_attempt_n_check CHECK ((n > 0))
    register_check_attempt_outcome_check CHECK ((outcome = ANY (ARRAY['answered'::text, 'later'::text, 'refused'::text, 'silent'::text, 'failed'::text, 'malformed'::text])))
    register_check_attempt_status_check CHECK (((status >= 100) AND (status <= 999)))
    register_check_attempt_took_ms_check CHECK ((took_ms >= 0))
    register_check_attempt_check_id_fkey FOREIGN KEY (check_id) REFERENCES register_check(id)
    register_check_attempt_pkey PRIMARY KEY (check_id, n)

TABLE register_endpoint -- Registers: questions go to url/checks/<kind>, their keys are at url/jwks.json. An empty url: no longer connected
    code text NOT NULL
    url text NOT NULL
    updated_at timestamp with time zone NOT NULL
    failing_since timestamp with time zone -- The first failure since the last answer; NULL while it answers
    troubled_at timestamp with time zone -- Since when support has an incident of it
    answered_at timestamp with time zone
    register_endpoint_pkey PRIMARY KEY (code)

TABLE registry -- The bank's daily files that were taken: each once
    acquirer text NOT NULL
    day date NOT NULL
    sha256 bytea NOT NULL
    lines integer NOT NULL
    taken_at timestamp with time zone NOT NULL
    registry_sha256_check CHECK ((length(sha256) = 32))
    registry_pkey PRIMARY KEY (acquirer, day)

TABLE registry_line -- What the bank says it did that day
    acquirer text NOT NULL
    day date NOT NULL
    line integer NOT NULL
    kind text NOT NULL
    bank_id text NOT NULL
    payment_of text NOT NULL DEFAULT ''::text
    order_id text NOT NULL
    amount bigint NOT NULL
    commission bigint NOT NULL
    currency text NOT NULL
    at timestamp with time zone NOT NULL
    payment_id uuid -- Ours, when it was found
    registry_line_amount_check CHECK ((amount > 0))
    registry_line_check CHECK (((commission >= 0) AND (commission <= amount)))
    registry_line_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text))
    registry_line_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'refund'::text, 'reversal'::text])))
    registry_line_line_check CHECK ((line > 0))
    registry_line_acquirer_day_fkey FOREIGN KEY (acquirer, day) REFERENCES registry(acquirer, day)
    registry_line_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES payment(id)
    registry_line_pkey PRIMARY KEY (acquirer, day, line)
    CREATE UNIQUE INDEX registry_line_once ON public.registry_line USING btree (acquirer, kind, bank_id)
    CREATE INDEX registry_line_refund ON public.registry_line USING btree (acquirer, order_id) WHERE (kind = 'refund'::text)
    CREATE INDEX registry_line_unmatched ON public.registry_line USING btree (acquirer, day, line) WHERE (payment_id IS NULL)

TABLE saved_card -- A card that a bank has remembered at its payer's wish. Its number is known to the bank alone
    id uuid NOT NULL
    account uuid NOT NULL
    acquirer text NOT NULL
    token bytea NOT NULL -- Sealed: by what the bank knows the card. It is money
    token_hash bytea NOT NULL -- Keyed hash: the same card is kept once
    title text NOT NULL -- For its owner's eyes: the last digits, as the bank gives them
    created_at timestamp with time zone NOT NULL
    removed_at timestamp with time zone
    saved_card_title_check CHECK (((length(title) >= 1) AND (length(title) <= 60)))
    saved_card_token_hash_check CHECK ((length(token_hash) = 32))
    saved_card_pkey PRIMARY KEY (id)
    CREATE UNIQUE INDEX saved_card_once ON public.saved_card USING btree (account, acquirer, token_hash)

TABLE schema_migrations
    version integer NOT NULL
    name text NOT NULL
    sha256 text NOT NULL
    applied_at timestamp with time zone NOT NULL DEFAULT now()
    schema_migrations_pkey PRIMARY KEY (version)

TABLE search_feedback -- What people did not find. Nobody is named: neither an account nor an address is kept
    id uuid NOT NULL
    query text NOT NULL -- As typed
    wanted text NOT NULL DEFAULT ''::text -- In the reader's own words, may be empty
    lang text NOT NULL
    found integer NOT NULL -- How many services the search showed
    at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    done_by text NOT NULL DEFAULT ''::text -- Key of the employee who has dealt with it
    search_feedback_check CHECK (((done_at IS NULL) = (done_by = ''::text)))
    search_feedback_found_check CHECK ((found >= 0))
    search_feedback_lang_check CHECK ((lang = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    search_feedback_query_check CHECK ((length(query) <= 200))
    search_feedback_wanted_check CHECK ((length(wanted) <= 1000))
    search_feedback_pkey PRIMARY KEY (id)
    CREATE INDEX search_feedback_done ON public.search_feedback USING btree (id DESC) WHERE (done_at IS NOT NULL)
    CREATE INDEX search_feedback_open ON public.search_feedback USING btree (id DESC) WHERE (done_at IS NULL)

TABLE status_check -- Each measurement; kept for 90 days
    component text NOT NULL
    at timestamp with time zone NOT NULL
    ok boolean NOT NULL
    took_ms integer NOT NULL
    error text NOT NULL DEFAULT ''::text -- For staff, never shown to the public
    status_check_error_check CHECK ((length(error) <= 300))
    status_check_took_ms_check CHECK ((took_ms >= 0))
    status_check_component_fkey FOREIGN KEY (component) REFERENCES status_component(code)
    status_check_pkey PRIMARY KEY (component, at)

TABLE status_component -- What the public status page tells of; rows come from the checks that really run
    code text NOT NULL
    name jsonb -- Of a department; ours have the text support_status.part_<code>
    position integer NOT NULL
    checked_at timestamp with time zone NOT NULL
    status_component_code_check CHECK ((code ~ '^[a-z][a-z0-9:-]*$'::text))
    status_component_pkey PRIMARY KEY (code)

TABLE status_notice -- What staff announce on the status page: planned works, at least a working day before they start, and incidents
    id uuid NOT NULL
    kind text NOT NULL
    title jsonb NOT NULL
    text jsonb NOT NULL
    starts_at timestamp with time zone NOT NULL
    ends_at timestamp with time zone -- NULL: an incident that is not over
    announced_at timestamp with time zone NOT NULL
    announced_by text NOT NULL
    withdrawn_at timestamp with time zone
    status_notice_announced_by_check CHECK ((announced_by <> ''::text))
    status_notice_check CHECK ((ends_at > starts_at))
    status_notice_check1 CHECK (((kind <> 'works'::text) OR ((ends_at IS NOT NULL) AND (announced_at < starts_at))))
    status_notice_kind_check CHECK ((kind = ANY (ARRAY['works'::text, 'incident'::text])))
    status_notice_title_check CHECK (((title ->> 'ru'::text) <> ''::text))
    status_notice_pkey PRIMARY KEY (id)
    CREATE INDEX status_notice_starts ON public.status_notice USING btree (starts_at DESC) WHERE (withdrawn_at IS NULL)

TABLE support_call -- A call taken by the contact centre: who called is written down before anything is looked up
    id uuid NOT NULL
    employee_id uuid NOT NULL
    caller text NOT NULL
    name bytea NOT NULL -- As the caller said, sealed by secret.Box
    body text NOT NULL DEFAULT ''::text -- The department whose employee calls
    purpose text NOT NULL
    began_at timestamp with time zone NOT NULL
    ended_at timestamp with time zone
    support_call_caller_check CHECK ((caller = ANY (ARRAY['citizen'::text, 'body'::text])))
    support_call_check CHECK (((caller = 'body'::text) = (body <> ''::text)))
    support_call_purpose_check CHECK ((purpose = ANY (ARRAY['status'::text, 'payment'::text, 'account'::text, 'other'::text])))
    support_call_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES employee(id)
    support_call_pkey PRIMARY KEY (id)
    CREATE INDEX support_call_began ON public.support_call USING btree (employee_id, began_at DESC)

TABLE support_call_lookup -- What was asked for during a call
    id uuid NOT NULL
    call_id uuid NOT NULL
    number text NOT NULL
    found boolean NOT NULL
    at timestamp with time zone NOT NULL
    support_call_lookup_number_check CHECK ((length(number) <= 40))
    support_call_lookup_call_id_fkey FOREIGN KEY (call_id) REFERENCES support_call(id)
    support_call_lookup_pkey PRIMARY KEY (id)
    CREATE INDEX support_call_lookup_call ON public.support_call_lookup USING btree (call_id, at)

TABLE support_clock -- Each reaction clock that ran: one from the start, and one more whenever a citizen asks again after an answer
    incident_id uuid NOT NULL
    n bigint NOT NULL IDENTITY
    line text NOT NULL
    started_at timestamp with time zone NOT NULL
    due_at timestamp with time zone NOT NULL
    stopped_at timestamp with time zone -- The answer. Kept when not after due_at; broken when later, or when the time is over and there is none
    support_clock_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES support_incident(id)
    support_clock_line_fkey FOREIGN KEY (line) REFERENCES support_line(code)
    support_clock_pkey PRIMARY KEY (incident_id, n)
    CREATE UNIQUE INDEX support_clock_one ON public.support_clock USING btree (incident_id) WHERE (stopped_at IS NULL)
    CREATE INDEX support_clock_started ON public.support_clock USING btree (started_at)

TABLE support_duty -- The chain of duty of a line: who has an incident that nobody has answered
    line text NOT NULL
    step smallint NOT NULL
    role text NOT NULL
    share smallint NOT NULL -- Per cent of the reaction time after which the incident comes to this step
    email text NOT NULL DEFAULT ''::text -- Mailbox of those on duty, told when an incident comes to them; empty: they look at the list
    support_duty_check CHECK (((step = 1) = (share = 0)))
    support_duty_role_check CHECK ((role = ANY (ARRAY['specialist'::text, 'officer'::text, 'technical'::text])))
    support_duty_share_check CHECK (((share >= 0) AND (share <= 1000)))
    support_duty_step_check CHECK (((step >= 1) AND (step <= 9)))
    support_duty_line_fkey FOREIGN KEY (line) REFERENCES support_line(code)
    support_duty_pkey PRIMARY KEY (line, step)

TABLE support_escalation -- When an unanswered incident moves along the chain of duty; a row is done once
    incident_id uuid NOT NULL
    step smallint NOT NULL
    at timestamp with time zone NOT NULL
    done_at timestamp with time zone
    support_escalation_step_check CHECK ((step > 1))
    support_escalation_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES support_incident(id)
    support_escalation_pkey PRIMARY KEY (incident_id, step)
    CREATE INDEX support_escalation_due ON public.support_escalation USING btree (at) WHERE (done_at IS NULL)

TABLE support_event -- The history of an incident: what happened, and the state and step of duty it led to
    incident_id uuid NOT NULL
    n bigint NOT NULL IDENTITY
    event text NOT NULL
    state text NOT NULL
    step smallint NOT NULL
    actor text NOT NULL -- Key of an employee, «citizen» or «system»
    at timestamp with time zone NOT NULL
    support_event_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES support_incident(id)
    support_event_pkey PRIMARY KEY (incident_id, n)

TABLE support_file -- What a citizen attached, inspected before it is kept; name and content are sealed by secret.Box
    id uuid NOT NULL
    incident_id uuid NOT NULL
    name bytea NOT NULL
    kind text NOT NULL
    content bytea NOT NULL
    at timestamp with time zone NOT NULL
    support_file_content_check CHECK ((length(content) <= 6000000))
    support_file_kind_check CHECK ((kind <> ''::text))
    support_file_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES support_incident(id)
    support_file_pkey PRIMARY KEY (id)
    CREATE INDEX support_file_incident ON public.support_file USING btree (incident_id)

TABLE support_incident -- Something that somebody must answer: a citizen's question, a fault told by staff or by the system itself
    id uuid NOT NULL
    number text NOT NULL -- Said on the phone: eight digits and a check digit
    key text -- Of the cause, from the system or the form: the same key never makes a second incident
    source text NOT NULL
    line text NOT NULL
    topic text NOT NULL
    kind text NOT NULL
    state text NOT NULL DEFAULT 'new'::text
    step smallint NOT NULL DEFAULT 1 -- Where in the chain of duty it stands
    account_id uuid -- The citizen who asked while signed in. No foreign key: accounts are the portal's
    contact bytea -- Where the answer goes: JSON sealed by secret.Box
    lang text NOT NULL DEFAULT 'ru'::text
    cause text NOT NULL DEFAULT ''::text -- What the system found, for staff. Never personal data
    application_id uuid
    delivery_id uuid
    payment_id uuid
    assignee uuid
    merged_into uuid
    raised_at timestamp with time zone NOT NULL
    due_at timestamp with time zone NOT NULL
    answered_at timestamp with time zone -- The answer to what was asked last: it stopped the clock. NULL while the clock runs
    closed_at timestamp with time zone
    support_incident_cause_check CHECK ((length(cause) <= 500))
    support_incident_check CHECK (((state = 'merged'::text) = (merged_into IS NOT NULL)))
    support_incident_check1 CHECK ((merged_into <> id))
    support_incident_check2 CHECK (((state <> 'answered'::text) OR (answered_at IS NOT NULL)))
    support_incident_check3 CHECK (((state = 'closed'::text) <= (closed_at IS NOT NULL)))
    support_incident_check4 CHECK (((source <> 'system'::text) OR (key IS NOT NULL)))
    support_incident_key_check CHECK ((key <> ''::text))
    support_incident_kind_check CHECK ((kind = ANY (ARRAY['question'::text, 'problem'::text, 'idea'::text])))
    support_incident_lang_check CHECK ((lang = ANY (ARRAY['ru'::text, 'tt'::text, 'en'::text])))
    support_incident_number_check CHECK ((number ~ '^\d{9}$'::text))
    support_incident_source_check CHECK ((source = ANY (ARRAY['citizen'::text, 'staff'::text, 'system'::text])))
    support_incident_state_check CHECK ((state = ANY (ARRAY['new'::text, 'working'::text, 'answered'::text, 'closed'::text, 'merged'::text])))
    support_incident_assignee_fkey FOREIGN KEY (assignee) REFERENCES employee(id)
    support_incident_line_fkey FOREIGN KEY (line) REFERENCES support_line(code)
    support_incident_line_step_fkey FOREIGN KEY (line, step) REFERENCES support_duty(line, step)
    support_incident_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES support_incident(id)
    support_incident_topic_fkey FOREIGN KEY (topic) REFERENCES support_topic(code)
    support_incident_pkey PRIMARY KEY (id)
    support_incident_key UNIQUE (key)
    support_incident_number UNIQUE (number)
    CREATE INDEX support_incident_account ON public.support_incident USING btree (account_id, raised_at DESC) WHERE (account_id IS NOT NULL)
    CREATE INDEX support_incident_merged_into ON public.support_incident USING btree (merged_into) WHERE (merged_into IS NOT NULL)
    CREATE INDEX support_incident_open ON public.support_incident USING btree (due_at) WHERE (state = ANY (ARRAY['new'::text, 'working'::text]))
    CREATE INDEX support_incident_raised ON public.support_incident USING btree (raised_at DESC)

TABLE support_line -- A line of support and its clock: by when somebody must have answered
    code text NOT NULL
    reaction interval NOT NULL
    opens interval -- The clock runs on working days from opens to closes, Moscow time. NULL: round the clock, every day
    closes interval
    position integer NOT NULL
    support_line_check CHECK (((opens IS NULL) = (closes IS NULL)))
    support_line_check1 CHECK (((opens >= '00:00:00'::interval) AND (opens < closes) AND (closes <= '24:00:00'::interval)))
    support_line_code_check CHECK ((code ~ '^[a-z]+$'::text))
    support_line_reaction_check CHECK ((reaction > '00:00:00'::interval))
    support_line_pkey PRIMARY KEY (code)

TABLE support_message -- What was said about an incident. A note is for staff only
    id uuid NOT NULL
    incident_id uuid NOT NULL
    author text NOT NULL
    employee_id uuid
    text bytea NOT NULL -- Sealed by secret.Box
    at timestamp with time zone NOT NULL
    support_message_author_check CHECK ((author = ANY (ARRAY['citizen'::text, 'staff'::text, 'note'::text])))
    support_message_check CHECK (((author = 'citizen'::text) <= (employee_id IS NULL)))
    support_message_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES employee(id)
    support_message_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES support_incident(id)
    support_message_pkey PRIMARY KEY (id)
    CREATE INDEX support_message_incident ON public.support_message USING btree (incident_id, at)

TABLE support_route -- Which line takes what. Without a row it is the line of questions
    topic text NOT NULL
    kind text NOT NULL
    line text NOT NULL
    support_route_kind_check CHECK ((kind = ANY (ARRAY['question'::text, 'problem'::text, 'idea'::text])))
    support_route_line_fkey FOREIGN KEY (line) REFERENCES support_line(code)
    support_route_topic_fkey FOREIGN KEY (topic) REFERENCES support_topic(code)
    support_route_pkey PRIMARY KEY (topic, kind)

TABLE support_topic -- What an incident may be about. Its name is the text support.topic_<code>
    code text NOT NULL
    position integer NOT NULL
    support_topic_code_check CHECK ((code ~ '^[a-z]+$'::text))
    support_topic_pkey PRIMARY KEY (code)

TABLE support_transition -- What may happen to an incident in each state; an event without a row here is refused
    state text NOT NULL
    event text NOT NULL
    next text NOT NULL
    support_transition_pkey PRIMARY KEY (state, event)

TABLE utility_account -- A utility account as its register has told of it. It is opened to whoever names its number and its holder's surname
    id uuid NOT NULL
    source text NOT NULL
    number_hash bytea NOT NULL
    number bytea NOT NULL -- Sealed; number_hash and holder_hash are keyed hashes of the number and the folded surname
    holder_hash bytea NOT NULL
    place bytea NOT NULL -- Sealed: the address of the flat
    first_day integer NOT NULL -- Readings are taken from this day of the month to last_day
    last_day integer NOT NULL
    said_at timestamp with time zone NOT NULL -- Time of the register's newest message: an older one that comes late changes nothing
    utility_account_check CHECK (((last_day >= first_day) AND (last_day <= 31)))
    utility_account_first_day_check CHECK (((first_day >= 1) AND (first_day <= 28)))
    utility_account_holder_hash_check CHECK ((length(holder_hash) = 32))
    utility_account_number_hash_check CHECK ((length(number_hash) = 32))
    utility_account_source_check CHECK ((source <> ''::text))
    utility_account_pkey PRIMARY KEY (id)
    utility_account_source_number_hash_key UNIQUE (source, number_hash)

TABLE utility_link -- Whose cabinet shows which utility account
    owner uuid NOT NULL
    account_id uuid NOT NULL
    added_at timestamp with time zone NOT NULL
    removed_at timestamp with time zone
    utility_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES utility_account(id)
    utility_link_pkey PRIMARY KEY (owner, account_id)

TABLE utility_meter -- A meter of a utility account, with the last reading that its register knows. Values are thousandths of the unit
    id uuid NOT NULL
    account_id uuid NOT NULL
    number text NOT NULL
    title text NOT NULL
    unit text NOT NULL
    value bigint NOT NULL
    value_on date NOT NULL
    typical bigint NOT NULL DEFAULT 0 -- What is used in a usual month; 0 when the register does not say. Much more is asked about once again
    verified_until date
    removed_at timestamp with time zone
    utility_meter_number_check CHECK (((length(number) >= 1) AND (length(number) <= 40)))
    utility_meter_title_check CHECK (((length(title) >= 1) AND (length(title) <= 120)))
    utility_meter_typical_check CHECK (((typical >= 0) AND (typical <= '1000000000000'::bigint)))
    utility_meter_unit_check CHECK (((length(unit) >= 1) AND (length(unit) <= 20)))
    utility_meter_value_check CHECK (((value >= 0) AND (value <= '1000000000000'::bigint)))
    utility_meter_account_id_fkey FOREIGN KEY (account_id) REFERENCES utility_account(id)
    utility_meter_pkey PRIMARY KEY (id)
    utility_meter_account_id_number_key UNIQUE (account_id, number)

TABLE workplace_case -- An application at a department that works at our workplace
    id uuid NOT NULL -- Of the application
    department text NOT NULL
    number text NOT NULL
    service text NOT NULL
    service_version integer NOT NULL
    service_name text NOT NULL
    office text NOT NULL DEFAULT ''::text
    state text NOT NULL DEFAULT 'new'::text
    assignee uuid
    letter bytea NOT NULL -- What the department received, sealed; the corrected one takes its place
    received_at timestamp with time zone NOT NULL
    due_at timestamp with time zone -- By when the citizen was promised an answer; NULL: the service promises none
    asked_until timestamp with time zone -- The citizen was asked for something until then and has not answered
    decided_at timestamp with time zone
    ground text NOT NULL DEFAULT ''::text -- Of a refusal: an id of grounds.yaml
    sequence bigint NOT NULL DEFAULT 0 -- Of the last event that the portal was told
    fresh boolean NOT NULL DEFAULT true -- Something came that nobody has looked at
    workplace_case_check CHECK (((state = ANY (ARRAY['completed'::text, 'refused'::text, 'cancelled'::text])) = (decided_at IS NOT NULL)))
    workplace_case_check1 CHECK (((state = 'refused'::text) = (ground <> ''::text)))
    workplace_case_state_check CHECK ((state = ANY (ARRAY['new'::text, 'accepted'::text, 'in_progress'::text, 'completed'::text, 'refused'::text, 'cancelled'::text])))
    workplace_case_assignee_fkey FOREIGN KEY (assignee) REFERENCES employee(id)
    workplace_case_department_fkey FOREIGN KEY (department) REFERENCES department_endpoint(code)
    workplace_case_pkey PRIMARY KEY (id)
    CREATE INDEX workplace_case_all ON public.workplace_case USING btree (department, received_at DESC, id)
    CREATE INDEX workplace_case_open ON public.workplace_case USING btree (department, due_at, id) WHERE (state = ANY (ARRAY['new'::text, 'accepted'::text, 'in_progress'::text]))

TABLE workplace_document -- A document that a department issued at the workplace
    id uuid NOT NULL
    case_id uuid NOT NULL
    name text NOT NULL
    size bigint NOT NULL
    sha256 bytea NOT NULL
    content bytea NOT NULL -- The PDF, sealed; sha256 is of what it holds
    signature bytea -- Detached CMS signature of the content, verified when it came
    signer text NOT NULL DEFAULT ''::text -- Whose certificate signed it
    employee_id uuid NOT NULL
    at timestamp with time zone NOT NULL
    signed_until timestamp with time zone -- Until when the certificate of the signer holds
    trust text NOT NULL DEFAULT ''::text -- Whether a chain led from the signer's certificate to a trusted root when the signature came; unchecked: no roots were set
    workplace_document_check CHECK (((signature IS NULL) = (signer = ''::text)))
    workplace_document_name_check CHECK ((name <> ''::text))
    workplace_document_sha256_check CHECK ((length(sha256) = 32))
    workplace_document_size_check CHECK ((size > 0))
    workplace_document_trust_check CHECK ((trust = ANY (ARRAY[''::text, 'trusted'::text, 'foreign'::text, 'unchecked'::text])))
    workplace_document_case_id_fkey FOREIGN KEY (case_id) REFERENCES workplace_case(id)
    workplace_document_employee_id_fkey FOREIGN KEY (employee_id) REFERENCES employee(id)
    workplace_document_pkey PRIMARY KEY (id)
    CREATE INDEX workplace_document_case ON public.workplace_document USING btree (case_id, at)

TABLE workplace_entry -- The history of a case. The id of what came is the message's, of what was done the form's: neither happens twice
    id uuid NOT NULL
    case_id uuid NOT NULL
    kind text NOT NULL
    actor text NOT NULL
    text bytea -- What was said, sealed
    at timestamp with time zone NOT NULL
    workplace_entry_kind_check CHECK ((kind = ANY (ARRAY['submitted'::text, 'message'::text, 'corrected'::text, 'cancelled'::text, 'assigned'::text, 'accept'::text, 'begin'::text, 'complete'::text, 'refuse'::text, 'request'::text, 'say'::text, 'appointment'::text, 'result'::text, 'note'::text])))
    workplace_entry_case_id_fkey FOREIGN KEY (case_id) REFERENCES workplace_case(id)
    workplace_entry_pkey PRIMARY KEY (id)
    CREATE INDEX workplace_entry_case ON public.workplace_entry USING btree (case_id, at, id)

CREATE TRIGGER application_guard_submission BEFORE UPDATE OF state ON public.application FOR EACH ROW WHEN (((new.state = 'submitted'::text) AND (old.state <> 'submitted'::text))) EXECUTE FUNCTION application_guard_submission()

CREATE TRIGGER application_document_forget AFTER DELETE ON public.application_document FOR EACH ROW EXECUTE FUNCTION application_file_forget()

CREATE TRIGGER application_file_forget AFTER DELETE ON public.application_file FOR EACH ROW EXECUTE FUNCTION application_file_forget()

CREATE TRIGGER catalog_version_keep BEFORE DELETE OR UPDATE ON public.catalog_version FOR EACH ROW EXECUTE FUNCTION catalog_version_keep()

CREATE TRIGGER charge_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.charge_event FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only()

CREATE TRIGGER journal_note_pending AFTER INSERT ON public.journal FOR EACH ROW EXECUTE FUNCTION journal_note_pending()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_block FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER journal_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.journal_leaf FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse_change()

CREATE TRIGGER ledger_entry_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only()

CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON public.ledger_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()

CREATE TRIGGER ledger_posting_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only()

CREATE CONSTRAINT TRIGGER ledger_posting_balanced AFTER INSERT ON public.ledger_posting DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced()

CREATE TRIGGER payment_guard BEFORE INSERT OR UPDATE ON public.payment FOR EACH ROW EXECUTE FUNCTION payment_guard()

CREATE TRIGGER payment_name_add AFTER INSERT ON public.payment FOR EACH ROW EXECUTE FUNCTION payment_name_add()

CREATE TRIGGER payment_event_move AFTER INSERT ON public.payment_event FOR EACH ROW EXECUTE FUNCTION payment_event_move()

CREATE TRIGGER payment_event_refuse_change BEFORE DELETE OR UPDATE OR TRUNCATE ON public.payment_event FOR EACH STATEMENT EXECUTE FUNCTION payment_event_refuse_change()

CREATE TRIGGER refund_guard BEFORE INSERT OR UPDATE ON public.refund FOR EACH ROW EXECUTE FUNCTION refund_guard()

CREATE TRIGGER refund_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.refund_event FOR EACH STATEMENT EXECUTE FUNCTION payments_append_only()

CREATE TRIGGER refund_event_move AFTER INSERT ON public.refund_event FOR EACH ROW EXECUTE FUNCTION refund_event_move()
