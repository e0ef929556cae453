-- Registers that departments ask through the portal (departments/stand/checks.go). All of it is made-up data of a demo.

CREATE TABLE register_mode (
    code text PRIMARY KEY,
    mode text NOT NULL CHECK (mode IN ('normal', 'slow', 'silent', 'down', 'later', 'empty', 'garbage', 'forged'))
);
COMMENT ON TABLE register_mode IS 'How each register behaves; no row means normal';
COMMENT ON COLUMN register_mode.mode IS
    'slow answers after a pause; silent after more than anybody waits; down 503; later 202 twice; empty has found nothing; garbage is no answer; forged is not signed by the register';

CREATE TABLE register_record (
    kind   text NOT NULL,
    key    text NOT NULL CHECK (key <> ''),
    answer json NOT NULL,
    PRIMARY KEY (kind, key)
);
COMMENT ON TABLE register_record IS 'What registers know beyond people, papers, births and organisations';
COMMENT ON COLUMN register_record.key IS 'Folded name and date of birth, or a number';

CREATE TABLE register_ask (
    id         uuid        PRIMARY KEY,
    register   text        NOT NULL,
    kind       text        NOT NULL,
    department text        NOT NULL,
    number     text        NOT NULL,
    times      int         NOT NULL DEFAULT 1 CHECK (times > 0),
    at         timestamptz NOT NULL
);
COMMENT ON TABLE register_ask IS 'Questions that came, without what they ask';
CREATE INDEX register_ask_at ON register_ask (at DESC);
