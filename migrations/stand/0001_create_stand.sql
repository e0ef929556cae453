-- The departmental stands, the two registers and the outbox (departments/stand). All of it is made-up data of a demo.

CREATE TABLE stand_system (
    code text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('normal', 'down', 'slow', 'duplicate', 'reject', 'drop'))
);
COMMENT ON TABLE stand_system IS 'How each departmental stand behaves; no row means normal';
COMMENT ON COLUMN stand_system.mode IS
    'down answers 503; slow answers late; duplicate calls back twice; reject answers 422; drop keeps the message and breaks the answer';

CREATE TABLE stand_application (
    department     text        NOT NULL,
    id             uuid        NOT NULL,
    application_id uuid        NOT NULL,
    number         text        NOT NULL,
    service        text        NOT NULL,
    data           json        NOT NULL,
    sha256         bytea       NOT NULL CHECK (length(sha256) = 32),
    state          text        NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'accepted', 'completed', 'refused')),
    ground         text        NOT NULL DEFAULT '',
    copies         int         NOT NULL DEFAULT 1 CHECK (copies > 0),
    received_at    timestamptz NOT NULL,
    PRIMARY KEY (department, id),
    CHECK ((state = 'refused') = (ground <> ''))
);
COMMENT ON TABLE stand_application IS 'What a departmental stand has received; id is the message''s, so a repeated message adds no row';
COMMENT ON COLUMN stand_application.data IS 'json, not jsonb: the order of the fields is the sender''s';
COMMENT ON COLUMN stand_application.copies IS 'How many times the message came';
CREATE INDEX stand_application_department_received_at ON stand_application (department, received_at DESC);

CREATE TABLE stand_callback (
    id             uuid        PRIMARY KEY,
    department     text        NOT NULL,
    delivery_id    uuid        NOT NULL,
    application_id uuid        NOT NULL,
    sequence       bigint      NOT NULL CHECK (sequence > 0),
    status         text        NOT NULL,
    text           text        NOT NULL,
    created_at     timestamptz NOT NULL,
    attempts       int         NOT NULL DEFAULT 0,
    next_at        timestamptz,
    delivered_at   timestamptz,
    last_error     text        NOT NULL DEFAULT '',
    UNIQUE (department, application_id, sequence),
    FOREIGN KEY (department, delivery_id) REFERENCES stand_application (department, id)
);
COMMENT ON TABLE stand_callback IS 'News on their way to the portal. They live here, so that a restart goes on where it stopped';
COMMENT ON COLUMN stand_callback.next_at IS 'NULL when delivered, or refused by the portal for good';
CREATE INDEX stand_callback_next_at ON stand_callback (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE register_person (
    snils       text PRIMARY KEY CHECK (snils ~ '^[0-9]{11}$'),
    last_name   text NOT NULL,
    first_name  text NOT NULL,
    middle_name text NOT NULL,
    birth_date  date NOT NULL,
    sex         text NOT NULL CHECK (sex IN ('male', 'female'))
);
COMMENT ON TABLE register_person IS 'The pension fund''s register: whom it knows. Of others it answers by a rule, so that newcomers work';

CREATE TABLE register_passport (
    series      text NOT NULL CHECK (series ~ '^[0-9]{4}$'),
    number      text NOT NULL CHECK (number ~ '^[0-9]{6}$'),
    issued_on   date NOT NULL,
    code        text NOT NULL,
    last_name   text NOT NULL,
    first_name  text NOT NULL,
    middle_name text NOT NULL,
    birth_date  date NOT NULL,
    PRIMARY KEY (series, number)
);
COMMENT ON TABLE register_passport IS 'The interior ministry''s register of passports, as register_person';

CREATE TABLE outbox_message (
    id      uuid        PRIMARY KEY,
    channel text        NOT NULL CHECK (channel IN ('sms', 'email')),
    "to"    text        NOT NULL,
    to_key  text        NOT NULL,
    sender  text        NOT NULL DEFAULT '',
    subject text        NOT NULL DEFAULT '',
    text    text        NOT NULL,
    key     text        CONSTRAINT outbox_message_key UNIQUE,
    at      timestamptz NOT NULL
);
COMMENT ON TABLE outbox_message IS 'SMS and e-mail that would have left for people, shown instead';
COMMENT ON COLUMN outbox_message.to_key IS 'The recipient as it is searched: digits of a phone, an address in small letters';
COMMENT ON COLUMN outbox_message.key IS 'What the sender calls the message, with the recipient: a repeated message is dropped. NULL without a name';
CREATE INDEX outbox_message_at ON outbox_message (at DESC, id DESC);
CREATE INDEX outbox_message_to_key_at ON outbox_message (to_key, at DESC, id DESC);
