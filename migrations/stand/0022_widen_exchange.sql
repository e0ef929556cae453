-- The departmental stands speak and hear all that the protocol has (departments/stand).

ALTER TABLE stand_application
    ADD COLUMN base text NOT NULL DEFAULT '',
    DROP CONSTRAINT stand_application_state_check,
    ADD CONSTRAINT stand_application_state_check CHECK (state IN ('new', 'accepted', 'completed', 'refused', 'cancelled'));
COMMENT ON COLUMN stand_application.base IS 'Address under which the portal reached the stand: documents are offered there';

ALTER TABLE stand_callback
    ADD COLUMN type text NOT NULL DEFAULT 'tamga.application.status',
    ADD COLUMN data json;
COMMENT ON COLUMN stand_callback.data IS 'Of the event when it is not a status';

CREATE TABLE stand_message (
    department     text        NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    type           text        NOT NULL,
    data           json        NOT NULL,
    sha256         bytea       NOT NULL CHECK (length(sha256) = 32),
    refused        text        NOT NULL DEFAULT '',
    copies         int         NOT NULL DEFAULT 1 CHECK (copies > 0),
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (department, id)
);
COMMENT ON TABLE stand_message IS 'What citizens have said after they applied: messages, corrections, cancellations';
COMMENT ON COLUMN stand_message.refused IS 'Why the stand did not take it, told again when it comes again';
CREATE INDEX stand_message_application ON stand_message (department, application_id, received_at);

CREATE TABLE stand_document (
    department     text        NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    media_type     text        NOT NULL,
    content        bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (department, id)
);
COMMENT ON TABLE stand_document IS 'Results that a stand has issued, for the portal to fetch';
