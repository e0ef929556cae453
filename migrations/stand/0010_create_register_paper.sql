-- Registers of documents and vehicles, and of births. All of it is made-up data of a demo.

CREATE TABLE register_paper (
    kind        text NOT NULL,
    number      text NOT NULL CHECK (number <> ''),
    last_name   text NOT NULL,
    first_name  text NOT NULL,
    middle_name text NOT NULL,
    birth_date  date NOT NULL,
    PRIMARY KEY (kind, number)
);
COMMENT ON TABLE register_paper IS 'Whose licence, policy, vehicle… that is. Of numbers that it does not know it answers by a rule, so that newcomers work';

CREATE TABLE register_birth (
    number      text   PRIMARY KEY CHECK (number <> ''),
    last_name   text   NOT NULL,
    first_name  text   NOT NULL,
    middle_name text   NOT NULL,
    birth_date  date   NOT NULL,
    sex         text   NOT NULL CHECK (sex IN ('male', 'female')),
    parents     text[] NOT NULL CHECK (cardinality(parents) > 0)
);
COMMENT ON TABLE register_birth IS 'Records of births by the certificate''s number, as register_paper';
COMMENT ON COLUMN register_birth.parents IS 'Full names';
