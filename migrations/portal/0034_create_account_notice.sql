-- Notices on the site, and which ways of telling a person has turned off.
CREATE TABLE account_notice (
  id         uuid PRIMARY KEY,
  account    uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  kind       text NOT NULL CHECK (kind ~ '^[a-z_]+\.[a-z_]+$'),
  body       bytea NOT NULL,
  body_hash  bytea NOT NULL,
  created_at timestamptz NOT NULL,
  read_at    timestamptz
);
COMMENT ON TABLE account_notice IS 'What was told to a person by SMS or e-mail, to be read on the site';
COMMENT ON COLUMN account_notice.body IS 'the text, sealed';
COMMENT ON COLUMN account_notice.body_hash IS 'keyed: one notice goes out by several ways and is one line here';
CREATE INDEX account_notice_account_idx ON account_notice (account, created_at DESC);
CREATE INDEX account_notice_unread_idx ON account_notice (account) WHERE read_at IS NULL;

CREATE TABLE account_mute (
  account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  topic   text NOT NULL CHECK (topic IN ('applications', 'payments', 'support')),
  channel text NOT NULL CHECK (channel IN ('sms', 'email')),
  PRIMARY KEY (account, topic, channel)
);
COMMENT ON TABLE account_mute IS 'Ways of telling that a person has turned off. What keeps the cabinet safe, codes and passwords, is no topic here';
CREATE INDEX account_email_idx ON account (email) WHERE email <> '';
