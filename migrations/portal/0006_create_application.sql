-- Applications of citizens: parties, answers, bookings, signatures, history (applications/).

CREATE SEQUENCE application_number;
COMMENT ON SEQUENCE application_number IS 'The middle part of the human number. Gaps are fine: a number is never used twice';

CREATE TABLE application (
    id              uuid        PRIMARY KEY,
    service         text        NOT NULL CHECK (service <> ''),
    service_version int         NOT NULL CHECK (service_version > 0),
    state           text        NOT NULL CHECK (state IN ('draft', 'filling', 'signing', 'paying', 'submitted', 'sent', 'accepted',
                                'in_progress', 'completed', 'rejected', 'refused', 'declined', 'expired', 'cancelled')),
    version         bigint      NOT NULL DEFAULT 1 CHECK (version > 0),
    number          text,
    hash            bytea       CHECK (length(hash) = 32),
    deadline        timestamptz,
    paid_charge     uuid,
    paid_at         timestamptz,
    refund_due      boolean     NOT NULL DEFAULT false,
    late_at         timestamptz,
    kept_until      timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    submitted_at    timestamptz,
    CHECK ((paid_charge IS NULL) = (paid_at IS NULL)),
    CHECK (NOT refund_due OR paid_charge IS NOT NULL),
    CHECK ((number IS NULL) = (submitted_at IS NULL)),
    CHECK (state NOT IN ('submitted', 'sent', 'accepted', 'in_progress', 'completed', 'rejected', 'refused')
           OR (number IS NOT NULL AND hash IS NOT NULL))
);
COMMENT ON TABLE application IS 'One application of one or several citizens for one version of a service; see applications/doc.go for the states';
COMMENT ON COLUMN application.version IS 'Grows with every change; a reader of a page proves with it what was seen';
COMMENT ON COLUMN application.number IS 'Said on the phone: region and year, running number, check digit';
COMMENT ON COLUMN application.hash IS 'SHA-256 of the canonical form that was submitted';
COMMENT ON COLUMN application.deadline IS 'End of the clock that runs from the invitation: all must have signed and paid by then';
COMMENT ON COLUMN application.paid_charge IS 'The paid charge (payments). Once set the duty is not asked again, whatever is edited';
COMMENT ON COLUMN application.refund_due IS 'Paid, and yet it cannot go on: staff return the money';
COMMENT ON COLUMN application.late_at IS 'Since when the department keeps us waiting; the citizen is told that the application is safe';
COMMENT ON COLUMN application.kept_until IS 'An unfinished draft is erased after this; counted from the last activity';
CREATE UNIQUE INDEX application_number_key ON application (number) WHERE number IS NOT NULL;
CREATE INDEX application_draft_kept_until ON application (kept_until) WHERE state = 'draft';
CREATE INDEX application_deadline ON application (deadline) WHERE state IN ('filling', 'signing', 'paying');

CREATE TABLE application_party (
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    party       text        NOT NULL CHECK (party <> ''),
    position    int         NOT NULL CHECK (position >= 0),
    person      uuid,
    last_name   text        NOT NULL DEFAULT '',
    first_name  text        NOT NULL DEFAULT '',
    middle_name text        NOT NULL DEFAULT '',
    snils       bytea,
    contact     bytea,
    joined_at   timestamptz,
    PRIMARY KEY (application, party),
    UNIQUE (application, position),
    UNIQUE (application, person),
    CHECK ((person IS NULL) = (joined_at IS NULL)),
    CHECK (position > 0 OR person IS NOT NULL)
);
COMMENT ON TABLE application_party IS 'Who takes part. Position 0 files. Every query about an application authorises by person here';
COMMENT ON COLUMN application_party.person IS 'Account of the portal; NULL until the invited person has come. No foreign key: accounts are the portal''s';
COMMENT ON COLUMN application_party.snils IS 'Sealed by secret.Box';
COMMENT ON COLUMN application_party.contact IS 'Phone and e-mail for notices, JSON sealed by secret.Box';
CREATE INDEX application_party_person ON application_party (person, application) WHERE person IS NOT NULL;

CREATE TABLE application_answers (
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    party       text        NOT NULL,
    sealed      bytea       NOT NULL,
    version     bigint      NOT NULL DEFAULT 1 CHECK (version > 0),
    updated_at  timestamptz NOT NULL,
    PRIMARY KEY (application, party)
);
COMMENT ON TABLE application_answers IS 'Answers as JSON sealed by secret.Box: one row per party and one, with party '''', of the shared part';

CREATE TABLE application_invitation (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL,
    party       text        NOT NULL,
    token_hash  bytea       NOT NULL CHECK (length(token_hash) = 32),
    snils       bytea       NOT NULL,
    snils_blind bytea       NOT NULL,
    contact     bytea       NOT NULL,
    sent_at     timestamptz NOT NULL,
    accepted_at timestamptz,
    declined_at timestamptz,
    revoked_at  timestamptz,
    FOREIGN KEY (application, party) REFERENCES application_party ON DELETE CASCADE,
    CHECK (num_nonnulls(accepted_at, declined_at, revoked_at) <= 1)
);
COMMENT ON TABLE application_invitation IS 'A letter to a further party. The link''s token is kept as SHA-256 only';
COMMENT ON COLUMN application_invitation.snils IS 'Of the person who was meant, sealed by secret.Box';
COMMENT ON COLUMN application_invitation.snils_blind IS 'Keyed hash of the SNILS: the comer must have the same one';
CREATE UNIQUE INDEX application_invitation_token_hash ON application_invitation (token_hash);
CREATE UNIQUE INDEX application_invitation_live ON application_invitation (application, party)
    WHERE accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL;
CREATE INDEX application_invitation_snils_blind ON application_invitation (snils_blind)
    WHERE accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL;

CREATE TABLE application_booking (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    office      text        NOT NULL CHECK (office <> ''),
    starts_at   timestamptz NOT NULL,
    seat        int         NOT NULL CHECK (seat > 0),
    state       text        NOT NULL CHECK (state IN ('held', 'booked', 'released')),
    hold_until  timestamptz,
    created_at  timestamptz NOT NULL,
    released_at timestamptz,
    CHECK ((state = 'held') = (hold_until IS NOT NULL)),
    CHECK ((state = 'released') = (released_at IS NOT NULL))
);
COMMENT ON TABLE application_booking IS 'A seat at an office at a time: held while people fill and pay, booked from the submission on';
COMMENT ON COLUMN application_booking.seat IS '1 to the capacity that the office''s rule gives to a slot';
CREATE UNIQUE INDEX application_booking_taken ON application_booking (office, starts_at, seat) WHERE state IN ('held', 'booked');
COMMENT ON INDEX application_booking_taken IS 'This, and not a look beforehand, is what makes a double booking impossible';
CREATE UNIQUE INDEX application_booking_live ON application_booking (application) WHERE state IN ('held', 'booked');
CREATE INDEX application_booking_application ON application_booking (application);

CREATE TABLE application_signature (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL,
    party       text        NOT NULL,
    person      uuid        NOT NULL,
    name        text        NOT NULL CHECK (name <> ''),
    level       text        NOT NULL,
    hash        bytea       NOT NULL CHECK (length(hash) = 32),
    signed_at   timestamptz NOT NULL,
    voided_at   timestamptz,
    FOREIGN KEY (application, party) REFERENCES application_party ON DELETE CASCADE
);
COMMENT ON TABLE application_signature IS 'A simple electronic signature: who, when, at which level, over which SHA-256 of the canonical form';
COMMENT ON COLUMN application_signature.voided_at IS 'Something was edited after the signature: the row stays as history and counts no more';
CREATE UNIQUE INDEX application_signature_live ON application_signature (application, party) WHERE voided_at IS NULL;

CREATE TABLE application_event (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    kind        text        NOT NULL CHECK (kind <> ''),
    party       text        NOT NULL DEFAULT '',
    note        text        NOT NULL DEFAULT '',
    at          timestamptz NOT NULL
);
COMMENT ON TABLE application_event IS 'What happened and when, as all parties see it';
COMMENT ON COLUMN application_event.party IS 'Whose doing it was; empty when the portal''s or the department''s';
COMMENT ON COLUMN application_event.note IS 'The department''s own words, a ground of refusal for one';
CREATE INDEX application_event_application_id ON application_event (application, id);

-- No code path may send what somebody has not signed: the database itself refuses.
CREATE FUNCTION application_guard_submission() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$;
CREATE TRIGGER application_guard_submission BEFORE UPDATE OF state ON application
    FOR EACH ROW WHEN (NEW.state = 'submitted' AND OLD.state <> 'submitted')
    EXECUTE FUNCTION application_guard_submission();
