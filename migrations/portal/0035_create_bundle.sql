-- Several applications begun with one set of answers, in a life situation (portal/situation).
CREATE TABLE bundle (
  id         uuid PRIMARY KEY,
  account    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  situation  text NOT NULL CHECK (situation ~ '^[a-z-]+$'),
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE bundle IS 'Applications begun together; the answers are theirs and are not kept here';
COMMENT ON COLUMN bundle.id IS 'carried by the form, so that one sent twice makes one bundle';
CREATE INDEX bundle_account_idx ON bundle (account, created_at DESC);

CREATE TABLE bundle_application (
  bundle      uuid NOT NULL REFERENCES bundle ON DELETE CASCADE,
  application uuid NOT NULL REFERENCES application ON DELETE CASCADE,
  position    int NOT NULL,
  PRIMARY KEY (bundle, application)
);
CREATE INDEX bundle_application_application_idx ON bundle_application (application);
