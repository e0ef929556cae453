-- What goes on with an application after it was sent: messages, requests, corrections, documents, appointments, and the code by which
-- a stranger checks its paper (applications/).

ALTER TABLE application
    ADD COLUMN answer_by    timestamptz,
    ADD COLUMN control_code text CHECK (control_code ~ '^[0-9A-Z]{8}$');
COMMENT ON COLUMN application.answer_by IS 'Last day of the department''s term, counted at the submission: the same one for the citizen and for staff; NULL when a chosen time takes its place';
COMMENT ON COLUMN application.control_code IS 'With the number it shows anybody that the application was filed, and nothing of what it says';
UPDATE application SET control_code = translate(upper(left(md5(gen_random_uuid()::text), 8)), 'IO', '10') WHERE number IS NOT NULL;

-- What ended is kept by the rule of its service from now on; what ended before this rule is kept for the usual time.
UPDATE application SET kept_until = greatest(kept_until, updated_at + interval '5 years')
WHERE state IN ('completed', 'rejected', 'refused', 'declined', 'expired', 'cancelled');
DROP INDEX application_draft_kept_until;
CREATE INDEX application_kept_until ON application (kept_until)
    WHERE state IN ('draft', 'completed', 'rejected', 'refused', 'declined', 'expired', 'cancelled');
COMMENT ON COLUMN application.kept_until IS 'What is a draft, or over, is erased after this; counted from the last activity by the rule of its service';

CREATE TABLE application_message (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    kind        text        NOT NULL CHECK (kind IN ('message', 'request', 'answer', 'appeal')),
    party       text        NOT NULL DEFAULT '',
    body        bytea       NOT NULL,
    at          timestamptz NOT NULL,
    until       timestamptz,
    answered_at timestamptz,
    CHECK (kind <> 'request' OR party = ''),
    CHECK (kind NOT IN ('answer', 'appeal') OR party <> ''),
    CHECK (answered_at IS NULL OR kind = 'request')
);
COMMENT ON TABLE application_message IS 'What the parties and the department say to each other after the submission';
COMMENT ON COLUMN application_message.party IS 'Who says it; empty for the department';
COMMENT ON COLUMN application_message.body IS 'Text, documents and fields that are asked for, ground of an appeal: JSON sealed by secret.Box';
COMMENT ON COLUMN application_message.until IS 'Of a request: by when it is to be answered; of an appeal: by when it must be decided';
CREATE INDEX application_message_application ON application_message (application, at);

ALTER TABLE application_file ADD COLUMN message uuid REFERENCES application_message ON DELETE CASCADE;
COMMENT ON COLUMN application_file.message IS 'What it goes with, when it does not belong to an answer of the form';
CREATE INDEX application_file_message ON application_file (message) WHERE message IS NOT NULL;

CREATE TABLE application_correction (
    request     uuid        PRIMARY KEY REFERENCES application_message ON DELETE CASCADE,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    sealed      bytea       NOT NULL,
    hash        bytea       NOT NULL CHECK (length(hash) = 32),
    party       text        NOT NULL CHECK (party <> ''),
    saved_at    timestamptz NOT NULL,
    done_at     timestamptz
);
COMMENT ON TABLE application_correction IS 'Answers that take the place of those that were submitted, once all parties have signed the new text';
COMMENT ON COLUMN application_correction.sealed IS 'All answers as they would be, JSON sealed by secret.Box';
COMMENT ON COLUMN application_correction.hash IS 'SHA-256 of the canonical form that they would make';
CREATE INDEX application_correction_application ON application_correction (application);

CREATE TABLE application_correction_signature (
    request   uuid        NOT NULL REFERENCES application_correction ON DELETE CASCADE,
    party     text        NOT NULL,
    person    uuid        NOT NULL,
    name      text        NOT NULL CHECK (name <> ''),
    level     text        NOT NULL,
    hash      bytea       NOT NULL CHECK (length(hash) = 32),
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (request, party)
);
COMMENT ON TABLE application_correction_signature IS 'Who has signed a correction that others have still to sign; a further change of it deletes them';

CREATE TABLE application_document (
    id          uuid        PRIMARY KEY,
    application uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    name        bytea       NOT NULL,
    media_type  text        NOT NULL CHECK (media_type <> ''),
    size        bigint      NOT NULL CHECK (size >= 0),
    sha256      bytea       NOT NULL CHECK (length(sha256) = 32),
    signature   bytea,
    signed      text        NOT NULL CHECK (signed IN ('none', 'intact', 'broken', 'unreadable')),
    signer      text        NOT NULL DEFAULT '',
    at          timestamptz NOT NULL,
    CHECK ((signature IS NULL) = (signed = 'none'))
);
COMMENT ON TABLE application_document IS 'A document that the department issued. Its content lies sealed in the folder of files under this id';
COMMENT ON COLUMN application_document.signed IS 'intact: the key of the certificate in the signature signed exactly this content; who issued that certificate is not checked';
CREATE INDEX application_document_application ON application_document (application, at);
CREATE TRIGGER application_document_forget AFTER DELETE ON application_document FOR EACH ROW EXECUTE FUNCTION application_file_forget();

CREATE TABLE application_appointment (
    application uuid        PRIMARY KEY REFERENCES application ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    place       text        NOT NULL,
    note        text        NOT NULL DEFAULT '',
    told_at     timestamptz NOT NULL
);
COMMENT ON TABLE application_appointment IS 'When and where the department awaits the applicant; a later word takes the place of an earlier one';
