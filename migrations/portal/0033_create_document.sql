-- «Мои документы»: what a person keeps, so that forms fill themselves.
CREATE TABLE document (
  id         uuid PRIMARY KEY,
  account    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind       text NOT NULL CHECK (kind ~ '^[a-z]+$'),
  source     text NOT NULL CHECK (source IN ('own', 'esia')),
  content    bytea NOT NULL,
  verified   boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  changed_at timestamptz NOT NULL,
  CONSTRAINT document_verified_by_esia CHECK (source = 'esia' OR NOT verified)
);
COMMENT ON TABLE document IS '«Мои документы»';
COMMENT ON COLUMN document.kind IS 'a step of documents/kinds.yaml';
COMMENT ON COLUMN document.source IS 'own: typed by the person; esia: told by ESIA at the last sign-in';
COMMENT ON COLUMN document.content IS 'answers by question, sealed JSON';
COMMENT ON COLUMN document.verified IS 'ESIA says that a register has confirmed it';
COMMENT ON COLUMN document.changed_at IS 'of an own one the last change, of one of ESIA''s when ESIA told it last';
CREATE INDEX document_account_idx ON document (account, kind, created_at);

-- Whether changes of a form are kept in the documents: the last answer, so that it is offered again. NULL: never asked.
ALTER TABLE account ADD COLUMN keep_answers boolean;
COMMENT ON COLUMN account.keep_answers IS 'the last choice about «запомнить в моих документах»';

-- Where the person lives, as chosen: a code of catalog/districts.yaml. It chooses the offices that are shown first.
ALTER TABLE account ADD COLUMN district text NOT NULL DEFAULT '' CHECK (district ~ '^[a-z-]*$');
COMMENT ON COLUMN account.district IS 'chosen on /place; empty: not told';
